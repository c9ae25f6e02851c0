import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { HandlerEnvironment } from '../handler-function';
import { acceptWildcard } from '../training/accepted-wildcard';
import type { TrainingCluster } from '../training/training-cluster';
import { JobStates } from './job-states';
import { JobStepFunction } from './job-step-function';

export interface JobMachineProps extends HandlerEnvironment {
  readonly training: TrainingCluster;
}

/**
 * Runs training jobs, one at a time: an execution raises the fleet, starts the tasks, looks after them, takes over the
 * model, and gives the machines back however it ends. It has no time limit of its own, which would skip the cleanup.
 */
export class JobMachine extends Construct {
  /** An execution is a job: its input is a `JobInput`, its name the job's id. */
  readonly machine: StateMachine;
  /** Of the host names of tasks. */
  readonly zone: PrivateHostedZone;

  constructor(scope: Construct, id: string, { training, ...environment }: JobMachineProps) {
    super(scope, id);
    refuseLongJobs(training);
    const { names } = environment;
    this.zone = new PrivateHostedZone(this, 'Zone', {
      zoneName: `${names.application}.internal`,
      vpc: training.cluster.vpc,
      comment: 'Host names of the tasks of a training job',
    });
    const jobStep = new JobStepFunction(this, 'JobStep', { ...environment, training, zone: this.zone });
    this.machine = new StateMachine(this, 'Machine', {
      stateMachineName: names.trainingMachine,
      stateMachineType: StateMachineType.STANDARD,
      comment: 'A training job',
      definitionBody: DefinitionBody.fromChainable(new JobStates(this, 'States', jobStep).start),
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        includeExecutionData: true,
        destination: new LogGroup(this, 'Logs', {
          // States writes to groups of this name without a policy of its own for each.
          logGroupName: `/aws/vendedlogs/states/${names.trainingMachine}`,
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    const { role } = this.machine;
    acceptWildcard(
      role,
      `${jobStep.functionArn}:*`,
      'Any version of the one function that does the work of the states.',
    );
    acceptWildcard(role, '*', 'Delivery of logs and traces is set up by actions that accept no narrower resource.');
  }
}

/** The history of an execution has room for so long a job. */
function refuseLongJobs({ maxJobHours, capacityWaitMinutes }: TrainingCluster): void {
  if (maxJobHours > 20) throw new Error(`a training job may take at most 20 hours, not ${maxJobHours}`);
  if (capacityWaitMinutes > 15) {
    throw new Error(`a training job may wait for machines at most 15 minutes, not ${capacityWaitMinutes}`);
  }
}
