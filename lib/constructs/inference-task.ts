import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import {
  AwsLogDriverMode,
  type ContainerDefinition,
  ContainerImage,
  Secret as ContainerSecret,
  Ec2TaskDefinition,
  LogDriver,
  NetworkMode,
} from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { Role } from '../../config/database';
import { containerDataDirectory, Environment, Port } from '../../config/environment';
import type { Names } from '../../config/names';
import type { Config } from '../../config/schema';
import type { Version } from '../../config/version';
import type { Database } from './database';

export interface InferenceTaskProps {
  readonly names: Names;
  readonly version: Version;
  readonly config: Config;
  readonly database: Database;
  /** Where the revisions of the models are. */
  readonly artifacts: { readonly bucketName: string; readonly bucketArn: string };
  /**
   * Keys that the service accepts, as JSON.
   * @default those of the configuration
   */
  readonly apiKeys?: ISecret | undefined;
}

const containerName = 'service';

/** What runs as one task of a version: the container, its roles, its volume and its log. */
export class InferenceTask extends Construct {
  readonly definition: Ec2TaskDefinition;

  constructor(scope: Construct, id: string, props: InferenceTaskProps) {
    super(scope, id);
    this.definition = new Ec2TaskDefinition(this, 'Definition', {
      networkMode: NetworkMode.BRIDGE,
      volumes: [{ name: 'data', host: { sourcePath: containerDataDirectory } }],
    });
    this.addContainer(props);
    this.allowPulling(props);
    props.database.instance.grantConnect(this.definition.taskRole, Role.version(props.version));
    this.allowRevisions(props);
  }

  private addContainer({
    names,
    version,
    config,
    database,
    artifacts,
    apiKeys,
  }: InferenceTaskProps): ContainerDefinition {
    const { account, region, urlSuffix } = Stack.of(this);
    const container = this.definition.addContainer(containerName, {
      // By tag and in the same words for every version, so that a newer VERSION changes nothing here.
      image: ContainerImage.fromRegistry(`${account}.dkr.ecr.${region}.${urlSuffix}/${names.application}:${version}`),
      command: ['serve'],
      memoryLimitMiB: config.capacity.taskMemoryMiB,
      readonlyRootFilesystem: true,
      portMappings: [{ containerPort: Port.inference, hostPort: 0 }],
      healthCheck: { command: ['CMD', 'node', 'health.js'], startPeriod: Duration.seconds(60) },
      // Time to finish requests and to ship the spool.
      stopTimeout: Duration.seconds(120),
      environment: {
        AWS_REGION: region,
        [Environment.databaseUrl]: database.url.replace('//', `//${Role.version(version)}@`),
        [Environment.databaseAuth]: 'iam',
        [Environment.dataDirectory]: containerDataDirectory,
        [Environment.modelLocation]: `s3://${artifacts.bucketName}/models`,
        [Environment.host]: '0.0.0.0',
        [Environment.port]: String(Port.inference),
      },
      secrets: this.secrets(config.aws.secrets, apiKeys),
      logging: LogDriver.awsLogs({
        streamPrefix: 'task',
        // A slow log must not hold up answers.
        mode: AwsLogDriverMode.NON_BLOCKING,
        logGroup: new LogGroup(this, 'Logs', {
          logGroupName: names.serviceLogGroup(version),
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      }),
    });
    container.addMountPoints({ sourceVolume: 'data', containerPath: containerDataDirectory, readOnly: false });
    Validations.of(this.definition).acknowledge({
      id: 'AwsSolutions-ECS2',
      reason: 'The variables name places, such as bucket and database; everything secret comes through ECS secrets.',
    });
    return container;
  }

  private secrets(arns: Config['aws']['secrets'], apiKeys: ISecret | undefined): Record<string, ContainerSecret> {
    const configured = Object.entries(arns).map(([name, arn]) => [
      name,
      ContainerSecret.fromSecretsManager(Secret.fromSecretCompleteArn(this, name, arn)),
    ]);
    return {
      ...Object.fromEntries(configured),
      ...(apiKeys && { [Environment.apiKeys]: ContainerSecret.fromSecretsManager(apiKeys) }),
    };
  }

  /** The repository by its name: a reference to the base stack's would word the image of each version differently. */
  private allowPulling({ names }: InferenceTaskProps): void {
    const role = this.definition.obtainExecutionRole();
    Repository.fromRepositoryName(this, 'Repository', names.application).grantPull(role);
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'ecr:GetAuthorizationToken, the login to ECR, accepts no resource.',
    });
  }

  private allowRevisions({ version, artifacts }: InferenceTaskProps): void {
    const { taskRole } = this.definition;
    const objects = `models/${version}/*`;
    taskRole.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
        resources: [`${artifacts.bucketArn}/${objects}`],
      }),
    );
    taskRole.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['s3:ListBucket'],
        resources: [artifacts.bucketArn],
        conditions: { StringLike: { 's3:prefix': objects } },
      }),
    );
    const bucket = JSON.stringify(Stack.of(this).resolve(artifacts.bucketArn));
    Validations.of(taskRole).acknowledge({
      id: `AwsSolutions-IAM5[Resource::${bucket}/${objects}]`,
      reason:
        'A task reads and writes the revisions of its own version only; their names are not known before training.',
    });
  }
}
