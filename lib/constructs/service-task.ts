import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import {
  AwsLogDriverMode,
  type ContainerDefinition,
  Ec2TaskDefinition,
  LogDriver,
  NetworkMode,
} from 'aws-cdk-lib/aws-ecs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { Environment, Port, type ServiceRole } from '../../config/environment';
import type { Names, ServiceName } from '../../config/names';
import type { Database } from './base/database';
import { allowPulling, releasedImage } from './released-image';

export interface ServiceTaskProps {
  readonly names: Names;
  /** Whose task it is. */
  readonly service: ServiceName;
  /** What the image serves. */
  readonly role: ServiceRole;
  /** Of the image, in the repository of all versions. */
  readonly imageTag: string;
  readonly memoryMiB: number;
  readonly database: Database;
  /** The database role that it logs in as, by IAM token. */
  readonly databaseRole: string;
}

/** What runs as one task of a service: the container, its roles and its log. Its root file system is read-only. */
export class ServiceTask extends Construct {
  readonly definition: Ec2TaskDefinition;
  protected readonly container: ContainerDefinition;

  constructor(scope: Construct, id: string, props: ServiceTaskProps) {
    super(scope, id);
    this.definition = new Ec2TaskDefinition(this, 'Definition', { networkMode: NetworkMode.BRIDGE });
    this.container = this.addContainer(props);
    allowPulling(this, props.names, this.definition.obtainExecutionRole());
    props.database.instance.grantConnect(this.definition.taskRole, props.databaseRole);
  }

  private addContainer({ names, service, role, database, ...props }: ServiceTaskProps): ContainerDefinition {
    const { region } = Stack.of(this);
    const container = this.definition.addContainer('service', {
      image: releasedImage(this, names, props.imageTag),
      command: ['serve'],
      memoryLimitMiB: props.memoryMiB,
      readonlyRootFilesystem: true,
      portMappings: [{ containerPort: Port[role], hostPort: 0 }],
      healthCheck: { command: ['CMD', 'node', 'health.js'], startPeriod: Duration.seconds(60) },
      // Time to finish requests, and to ship the spool if there is one.
      stopTimeout: Duration.seconds(120),
      environment: {
        AWS_REGION: region,
        [Environment.role]: role,
        ...database.environmentOf(props.databaseRole),
        [Environment.host]: '0.0.0.0',
        [Environment.port]: String(Port[role]),
      },
      logging: LogDriver.awsLogs({
        streamPrefix: 'task',
        // A slow log must not hold up answers.
        mode: AwsLogDriverMode.NON_BLOCKING,
        logGroup: new LogGroup(this, 'Logs', {
          logGroupName: names.serviceLogGroup(service),
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      }),
    });
    Validations.of(this.definition).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason: 'The variables name places, such as bucket and database; everything secret comes through ECS secrets.',
    });
    return container;
  }
}
