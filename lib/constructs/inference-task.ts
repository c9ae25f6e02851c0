import { Secret as ContainerSecret } from 'aws-cdk-lib/aws-ecs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { Role } from '../../config/database';
import { containerDataDirectory, Environment } from '../../config/environment';
import type { Names } from '../../config/names';
import type { Config } from '../../config/schema';
import type { Version } from '../../config/version';
import type { Database } from './base/database';
import { configuredSecrets } from './configured-secrets';
import { allowRevisions } from './revisions';
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
    const secrets = {
      ...configuredSecrets(this, config.aws.secrets),
      ...(props.apiKeys && { [Environment.apiKeys]: ContainerSecret.fromSecretsManager(props.apiKeys) }),
    };
    for (const [name, secret] of Object.entries(secrets)) this.container.addSecret(name, secret);
    allowRevisions(this.definition, this.container, version, props.artifacts);
  }

  private addVolume(): void {
    this.definition.addVolume({ name: 'data', host: { sourcePath: containerDataDirectory } });
    this.container.addMountPoints({ sourceVolume: 'data', containerPath: containerDataDirectory, readOnly: false });
    this.container.addEnvironment(Environment.dataDirectory, containerDataDirectory);
  }
}
