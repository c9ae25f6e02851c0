import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { TrainingEnvironment, type TrainingRole } from '../../../config/environment';
import { DataTask, type DataTaskProps } from './data-task';
import { storeSecret } from './training-task';

export interface EngineTaskProps extends DataTaskProps {
  /** What parameter servers are asked with. */
  readonly storePassword: ISecret;
  /** vCPUs of the least machine that a job may get: a worker has a process for each. */
  readonly machineVcpus: number;
}

/** What the image itself does in a job: a scheduler stays near the servers, a worker has a machine of its own. */
export class EngineTask extends DataTask {
  constructor(scope: Construct, id: string, role: TrainingRole, props: EngineTaskProps) {
    const share = role === 'scheduler' ? 0.2 : 0.8;
    super(scope, id, props, {
      kind: role,
      lifecycle: role === 'scheduler' ? 'on-demand' : 'spot',
      command: ['job', role],
      environment: { [TrainingEnvironment.processes]: String(props.machineVcpus) },
      secrets: storeSecret(props.storePassword),
      memoryReservationMiB: Math.floor(share * props.machineMemoryMiB),
    });
  }
}
