import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { addFailureAlarm } from '../failure-alarm';
import { type HandlerEnvironment, HandlerFunction } from '../handler-function';
import { allow, allowEnding, allowStoppingJobs, machineArn } from '../training/rights';
import type { TrainingCluster } from '../training/training-cluster';

export interface BudgetGuardProps extends HandlerEnvironment {
  readonly training: TrainingCluster;
}

/**
 * Stops what costs money without need, and tells it on the topic: after each job that ended badly, whose own cleanup a stop
 * by hand skips, and every ten minutes.
 */
export class BudgetGuard extends Construct {
  constructor(scope: Construct, id: string, { training, ...environment }: BudgetGuardProps) {
    super(scope, id);
    const { names } = environment;
    const { notices } = training;
    const machine = machineArn(this, names);
    const guard = new HandlerFunction(this, 'Function', {
      ...environment,
      name: 'budget-guard',
      description: 'Stops training that costs money without need',
      timeout: Duration.minutes(2),
      environment: {
        MACHINE: machine,
        CLUSTER: training.cluster.clusterName,
        FLEET: training.fleetId,
        NOTICES_TOPIC: notices.topicArn,
        MAX_JOB_HOURS: String(training.maxJobHours),
      },
    });
    allowEnding(guard, names, training);
    allowStoppingJobs(guard, names);
    allow(guard, ['sns:Publish'], notices.topicArn);
    const targets = [new LambdaFunction(guard)];
    new Rule(this, 'BadEnds', {
      description: 'A training job ended badly',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [machine], status: ['ABORTED', 'TIMED_OUT', 'FAILED'] },
      },
      targets,
    });
    new Rule(this, 'Rounds', {
      description: 'Looks for training that costs money without need',
      schedule: Schedule.rate(Duration.minutes(10)),
      targets,
    });
    addFailureAlarm(this, guard, {
      description:
        'The budget guard failed, so machines may run without a training job: see its log, and the capacity of the fleet.',
      period: Duration.minutes(10),
      notices,
    });
  }
}
