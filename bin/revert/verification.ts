import type { ArchiveSummary, Inspection } from '../../lambda/tables/direct-call';
import type { AwsSession } from '../aws/session';
import { findStack } from '../aws/stacks';
import { lacksOf } from './archive';
import { counted } from './plan';
import type { Survey } from './survey';
import { awaitNothingTagged } from './tagged-resources';
import { hasTables, lossesOf, readVersionState } from './version-state';

/** What a revert came to. */
export interface Verification {
  readonly archive: ArchiveSummary | undefined;
  /** What is not as a revert has to leave it, a line each. */
  readonly faults: readonly string[];
}

/**
 * Looks at AWS afterwards: nothing of the version is left, its archive is whole, and the other versions are what they were.
 * @param before what was there before
 * @param archiveId the folder of the archive; undefined if none was to be made
 */
export async function verify(
  session: AwsSession,
  before: Survey,
  archiveId: string | undefined,
): Promise<Verification> {
  const { version } = before;
  const [after, stack, tagged, ...others] = await Promise.all([
    readVersionState(session, version),
    before.stack && findStack(session, before.stack.id),
    awaitNothingTagged(session, version),
    ...before.others.map((other) => readVersionState(session, other.version)),
  ]);
  const faults: string[] = [];
  if (after.stack) faults.push(`the stack ${after.stack.name} is ${after.stack.state}`);
  else if (stack && stack.state !== 'DELETE_COMPLETE') faults.push(`the stack ${stack.name} is ${stack.state}`);
  if (after.image) faults.push(`the image tag ${version} is still there`);
  if (hasTables(after.tables)) faults.push(`still there: ${describeTables(after.tables)}`);
  for (const arn of tagged) faults.push(`still tagged with ${version}: ${arn}`);
  // An earlier try may have dropped the tables, so an archive is looked at even if there was nothing to archive.
  const archive = after.tables.archives.find(({ id }) => id === archiveId);
  if (archiveId !== undefined) faults.push(...lacksOf(archive, before.tables.rows));
  const losses = before.others.flatMap((other, index) => lossesOf(other, others[index]!));
  return { archive, faults: [...faults, ...losses] };
}

const describeTables = ({ role, rows, files }: Inspection): string =>
  [
    ...Object.keys(rows).map((table) => `the table ${table}`),
    ...(role ? ['the role of the version'] : []),
    ...(files ? [`${counted(files, 'file')} of its revisions`] : []),
  ].join(', ');
