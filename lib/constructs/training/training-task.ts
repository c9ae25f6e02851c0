import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  type ContainerDefinition,
  type ContainerDefinitionOptions,
  Secret as ContainerSecret,
  Ec2TaskDefinition,
  LogDriver,
  NetworkMode,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { TrainingEnvironment } from '../../../config/environment';
import type { Names } from '../../../config/names';
import type { TaskKind } from '../../../config/training/training-task';
import { type Lifecycle, onlyOn } from './lifecycle';

export interface TrainingTaskProps {
  readonly names: Names;
  /** Memory of the least machine that a job may get, in MiB. */
  readonly machineMemoryMiB: number;
}

/** What all kinds of tasks differ in. */
export type TaskContainer = Omit<ContainerDefinitionOptions, 'logging' | 'readonlyRootFilesystem' | 'stopTimeout'> & {
  readonly kind: TaskKind;
  readonly lifecycle: Lifecycle;
};

/** A task of a training job, with a network interface, a log and roles of its own. Its root file system is read-only. */
export abstract class TrainingTask extends Construct {
  readonly definition: Ec2TaskDefinition;
  protected readonly container: ContainerDefinition;

  constructor(scope: Construct, id: string, { names }: TrainingTaskProps, task: TaskContainer) {
    super(scope, id);
    const { kind, lifecycle, ...container } = task;
    this.definition = new Ec2TaskDefinition(this, 'Definition', {
      family: `${names.application}-training-${kind}`,
      networkMode: NetworkMode.AWS_VPC,
      placementConstraints: [onlyOn(lifecycle)],
    });
    this.container = this.definition.addContainer(kind, {
      ...container,
      readonlyRootFilesystem: true,
      // Well within the two minutes of a Spot notice.
      stopTimeout: Duration.seconds(90),
      environment: { AWS_REGION: Stack.of(this).region, ...container.environment },
      logging: LogDriver.awsLogs({
        streamPrefix: 'task',
        logGroup: new LogGroup(this, 'Logs', {
          logGroupName: names.trainingLogGroup(kind),
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      }),
    });
    Validations.of(this.definition).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason: 'The variables name places, such as region and job; whatever is secret comes through ECS secrets.',
    });
  }
}

/** The container's secret that parameter servers are asked with. */
export const storeSecret = (password: ISecret): Record<string, ContainerSecret> => ({
  [TrainingEnvironment.storePassword]: ContainerSecret.fromSecretsManager(password),
});
