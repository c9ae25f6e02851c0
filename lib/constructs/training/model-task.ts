import type { Construct } from 'constructs';
import { Role } from '../../../config/database';
import type { Config } from '../../../config/schema';
import type { Version } from '../../../config/version';
import type { Database } from '../base/database';
import { configuredSecrets } from '../configured-secrets';
import { allowRevisions } from '../revisions';
import { DataTask, type DataTaskProps } from './data-task';

export interface ModelTaskProps extends DataTaskProps {
  /** Of the tree: its models are trained, into revisions of this version. */
  readonly version: Version;
  readonly database: Database;
  readonly secrets: Config['aws']['secrets'];
}

/**
 * Trains a model into a new revision. As the tasks of the version it logs in as the version's role, by IAM token, and writes
 * the revisions of that version alone; it has a Spot machine of its own.
 */
export class ModelTask extends DataTask {
  constructor(scope: Construct, id: string, props: ModelTaskProps) {
    const { version, database, artifacts } = props;
    super(scope, id, props, {
      kind: 'trainer',
      lifecycle: 'spot',
      // A job adds which.
      command: ['job', 'model'],
      environment: database.environmentOf(Role.version(version)),
      memoryReservationMiB: Math.floor(0.8 * props.machineMemoryMiB),
    });
    for (const [name, secret] of Object.entries(configuredSecrets(this, props.secrets))) {
      this.container.addSecret(name, secret);
    }
    database.instance.grantConnect(this.definition.taskRole, Role.version(version));
    allowRevisions(this.definition, this.container, version, artifacts);
  }
}
