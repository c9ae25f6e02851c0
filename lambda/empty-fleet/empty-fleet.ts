import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type HandlerEnvironment, HandlerFunction } from '../handler-function';
import type { JobMachine } from '../job-step/job-machine';
import { allowEnding, allowHostNames, allowStoppingJobs, machineArn } from '../training/rights';
import type { TrainingCluster } from '../training/training-cluster';

export interface EmptyFleetProps extends HandlerEnvironment {
  readonly training: TrainingCluster;
  readonly jobs: JobMachine;
}

/**
 * Ends all that runs when the stack is deleted, before what it runs on is. What starts jobs by itself has to depend on it, so
 * as to go first; it depends on the state machine, whose executions it stops.
 */
export class EmptyFleet extends Construct {
  constructor(scope: Construct, id: string, { training, jobs, ...environment }: EmptyFleetProps) {
    super(scope, id);
    const { names } = environment;
    const handler = new HandlerFunction(this, 'Function', {
      ...environment,
      name: 'empty-fleet',
      description: 'Ends all training when its stack is deleted',
      timeout: Duration.minutes(15),
      environment: { PAUSE_MS: '10000' },
    });
    allowEnding(handler, names, training);
    allowStoppingJobs(handler, names);
    allowHostNames(handler, jobs.zone);
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::ModelAppEmptyFleet',
      serviceToken: handler.functionArn,
      serviceTimeout: Duration.minutes(16),
      properties: {
        Contract: 1,
        Machine: machineArn(this, names),
        Cluster: training.cluster.clusterName,
        Fleet: training.fleetId,
        Zone: jobs.zone.hostedZoneId,
      },
    });
    // Its rights and its log must be there as long as it may be called.
    resource.node.addDependency(handler, jobs);
  }
}
