import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import type { Client } from 'pg';
import { Role } from '../../config/database';
import { parseVersion, type Version } from '../../config/version';
import { customResource, type RemainingMs } from '../custom-resource';
import { withDatabase } from '../database-connection';
import { Archive } from './archive';
import { exists, remove } from './archive-store';
import { createTables } from './create-tables';
import { dropTables } from './drop-tables';
import { type Inspection, inspect } from './inspect';

/** A call by its own name instead of by CloudFormation. */
type DirectCall =
  | { readonly action: 'inspect'; readonly version: string }
  /** `id` names the folder of the archive; without it nothing is archived. */
  | { readonly action: 'drop'; readonly version: string; readonly id?: string };

export const handler = async (
  event: CloudFormationCustomResourceEvent | DirectCall,
  context: Context,
): Promise<Inspection | undefined> => {
  if (!('action' in event)) {
    await resource(event, context);
    return undefined;
  }
  const version = parseVersion(event.version);
  if (event.action === 'inspect') return asAdmin((admin) => inspect(admin, version));
  await drop(version, event.id, () => context.getRemainingTimeInMillis());
  return asAdmin((admin) => inspect(admin, version));
};

const resource = customResource(async (event, remaining) => {
  const version = parseVersion(event.ResourceProperties.Version);
  const physicalResourceId = `tables:${version}`;
  // An update changes how the tables will be dropped, not what they are.
  if (event.RequestType === 'Create') await asAdmin((admin) => createTables(admin, version));
  if (event.RequestType === 'Delete') {
    const id = event.StackId.split('/').at(-1);
    await drop(version, event.ResourceProperties.Archive === 'false' ? undefined : id, remaining);
  }
  return { physicalResourceId };
});

/** Drops the tables; archives them first to `archives/<version>/<id>/`, unless an object `SKIP` beside it says not to. */
async function drop(version: Version, id: string | undefined, remaining: RemainingMs): Promise<void> {
  const skip = `archives/${version}/SKIP`;
  const partRows = Number(process.env.ARCHIVE_PART_ROWS);
  const archived = id !== undefined && !(await exists(skip));
  const archive = archived ? await Archive.open(`archives/${version}/${id}`, version, partRows) : undefined;
  const sessionWaitMs = Number(process.env.SESSION_WAIT_SECONDS) * 1000;
  await asAdmin((admin) => dropTables(admin, { version, archive, sessionWaitMs, remaining }));
  await archive?.markDropped();
  await remove(skip);
}

const asAdmin = <T>(work: (admin: Client) => Promise<T>): Promise<T> => withDatabase({ user: Role.admin }, work);
