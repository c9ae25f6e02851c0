import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import type { Client } from 'pg';
import { Role } from '../../config/database';
import { parseVersion, type Version } from '../../config/version';
import { customResource } from '../custom-resource';
import { withDatabase } from '../database-connection';
import { type Deadline, withinTime } from '../deadline';
import { Archive, archiveFolder } from './archive';
import { exists, remove } from './archive-store';
import { createTables } from './create-tables';
import { type DirectCall, type Inspection, parseDirectCall } from './direct-call';
import { dropTables } from './drop-tables';
import { inspect } from './inspect';
import { removeRevisionFiles } from './revision-files';

export const handler = async (
  event: CloudFormationCustomResourceEvent | DirectCall,
  context: Context,
): Promise<Inspection | undefined> => {
  if ('RequestType' in event) {
    await resource(event, context);
    return undefined;
  }
  const call = parseDirectCall(event);
  const version = parseVersion(call.version);
  return withinTime(context, async (deadline) => {
    if (call.action === 'drop') await drop(version, call.id, deadline);
    return asAdmin(deadline, (admin) => inspect(admin, version));
  });
};

const resource = customResource(async (event, deadline) => {
  const version = parseVersion(event.ResourceProperties.Version);
  const physicalResourceId = `tables:${version}`;
  // An update changes how the tables will be dropped, not what they are.
  if (event.RequestType === 'Create') await asAdmin(deadline, (admin) => createTables(admin, version));
  if (event.RequestType === 'Delete') {
    const id = event.StackId.split('/').at(-1);
    await drop(version, event.ResourceProperties.Archive === 'false' ? undefined : id, deadline);
  }
  return { physicalResourceId };
});

/** Drops the tables and the files of the revisions; archives them first to `archives/<version>/<id>/`, unless an object `SKIP` beside it says not to. */
async function drop(version: Version, id: string | undefined, deadline: Deadline): Promise<void> {
  const skip = `archives/${version}/SKIP`;
  const partRows = Number(process.env.ARCHIVE_PART_ROWS);
  const archived = id !== undefined && !(await exists(skip));
  const archive = archived ? await Archive.open(archiveFolder(version, id), version, partRows) : undefined;
  const sessionWaitMs = Number(process.env.SESSION_WAIT_SECONDS) * 1000;
  await asAdmin(deadline, (admin) => dropTables(admin, { version, archive, sessionWaitMs, deadline }));
  await removeRevisionFiles(version, archive?.folder, deadline);
  await archive?.markDropped();
  await remove(skip);
}

const asAdmin = <T>({ signal }: Deadline, work: (admin: Client) => Promise<T>): Promise<T> =>
  withDatabase({ user: Role.admin }, work, signal);
