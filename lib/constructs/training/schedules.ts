import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Schedule as ScheduledJob } from '../../../config/training';
import type { JobInput } from '../../../lambda/job-step/job-input';

export interface SchedulesProps {
  readonly schedules: readonly ScheduledJob[];
  /** Whose executions are the jobs. */
  readonly machine: IStateMachine;
}

/** Starts training jobs by the clock. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, { schedules, machine }: SchedulesProps) {
    super(scope, id);
    for (const { name, schedule, ...job } of schedules) {
      const input: JobInput = job;
      new Rule(this, name, {
        description: `Starts the training job '${name}'`,
        schedule: Schedule.expression(schedule),
        targets: [
          new SfnStateMachine(machine, {
            input: RuleTargetInput.fromObject(input),
            // A job that could not be started for so long is better left to the next time.
            maxEventAge: Duration.hours(1),
            retryAttempts: 10,
          }),
        ],
      });
    }
  }
}
