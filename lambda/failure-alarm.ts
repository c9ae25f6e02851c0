import type { Duration } from 'aws-cdk-lib';
import { Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { HandlerFunction } from './handler-function';

export interface FailureAlarmOptions {
  /** What a failure may lead to, and where to look. */
  readonly description: string;
  /** How often the guard runs, or is looked at. */
  readonly period: Duration;
  /** Where the alarm is told. */
  readonly notices: ITopic;
}

/** Tells when a guard fails, as nobody would notice that by themselves. */
export function addFailureAlarm(
  scope: Construct,
  guard: HandlerFunction,
  { description, period, notices }: FailureAlarmOptions,
): void {
  const alarm = new Alarm(scope, 'FailureAlarm', {
    alarmDescription: description,
    metric: guard.metricErrors({ period }),
    threshold: 1,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  alarm.addAlarmAction(new SnsAction(notices));
}
