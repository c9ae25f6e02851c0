import { Stack, Validations } from 'aws-cdk-lib';
import { Secret as ContainerSecret } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { Role } from '../../config/database';
import { containerDataDirectory, Environment, revisionsFolder } from '../../config/environment';
import type { Names } from '../../config/names';
import type { Config } from '../../config/schema';
import type { Version } from '../../config/version';
import type { Database } from './base/database';
import { ServiceTask } from './service-task';

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

/** A task of a version: with a volume of its host, its secrets, and the revisions of its models. */
export class InferenceTask extends ServiceTask {
  constructor(scope: Construct, id: string, props: InferenceTaskProps) {
    const { names, version, config, database } = props;
    super(scope, id, {
      names,
      service: version,
      role: 'inference',
      imageTag: version,
      memoryMiB: config.capacity.taskMemoryMiB,
      database,
      databaseRole: Role.version(version),
    });
    this.addVolume();
    this.addSecrets(config.aws.secrets, props.apiKeys);
    this.allowRevisions(props);
  }

  private addVolume(): void {
    this.definition.addVolume({ name: 'data', host: { sourcePath: containerDataDirectory } });
    this.container.addMountPoints({ sourceVolume: 'data', containerPath: containerDataDirectory, readOnly: false });
    this.container.addEnvironment(Environment.dataDirectory, containerDataDirectory);
  }

  private addSecrets(arns: Config['aws']['secrets'], apiKeys: ISecret | undefined): void {
    for (const [name, arn] of Object.entries(arns)) {
      const secret = Secret.fromSecretCompleteArn(this, name, arn);
      this.container.addSecret(name, ContainerSecret.fromSecretsManager(secret));
    }
    if (apiKeys) this.container.addSecret(Environment.apiKeys, ContainerSecret.fromSecretsManager(apiKeys));
  }

  private allowRevisions({ version, artifacts }: InferenceTaskProps): void {
    this.container.addEnvironment(Environment.modelLocation, `s3://${artifacts.bucketName}/${revisionsFolder}`);
    const { taskRole } = this.definition;
    const objects = `${revisionsFolder}/${version}/*`;
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
