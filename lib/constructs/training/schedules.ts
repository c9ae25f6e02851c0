import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Names } from '../../../config/names';
import type { Schedule as ScheduledJob } from '../../../config/training/training';
import type { JobInput } from '../../../lambda/job-step/job-input';

export interface SchedulesProps {
  readonly names: Names;
  readonly schedules: readonly ScheduledJob[];
  /** Whose executions are the jobs. */
  readonly machine: IStateMachine;
}

/** What an execution is started with. The configuration is checked: it has a model, or a conf. */
const inputOf = ({
  model,
  activate,
  conf = '',
  servers = 1,
  workers = 1,
  ...options
}: Omit<ScheduledJob, 'name' | 'schedule'>): JobInput =>
  model === undefined ? { conf, servers, workers, ...options } : { model, ...(activate !== undefined && { activate }) };

/** Starts training jobs by the clock. */
export class Schedules extends Construct {
  constructor(scope: Construct, id: string, { names, schedules, machine }: SchedulesProps) {
    super(scope, id);
    for (const { name, schedule, ...job } of schedules) {
      new Rule(this, name, {
        ruleName: names.trainingSchedule(name),
        description: `Starts the training job '${name}'`,
        schedule: Schedule.expression(schedule),
        targets: [
          new SfnStateMachine(machine, {
            input: RuleTargetInput.fromObject(inputOf(job)),
            // A job that could not be started for so long is better left to the next time.
            maxEventAge: Duration.hours(1),
            retryAttempts: 10,
          }),
        ],
      });
    }
  }
}
