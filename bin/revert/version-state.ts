import type { Version } from '../../config/version';
import type { Inspection } from '../../lambda/tables/direct-call';
import { taggedImage } from '../aws/image-tag';
import type { AwsSession } from '../aws/session';
import { findStack, isFailed, type StackSummary } from '../aws/stacks';
import { inspectTables } from '../aws/tables-function';

/** What a version has in AWS. */
export interface VersionState {
  readonly version: Version;
  readonly stack: StackSummary | undefined;
  /** Digest of the image that bears its tag. */
  readonly image: string | undefined;
  readonly tables: Inspection;
}

export async function readVersionState(session: AwsSession, version: Version): Promise<VersionState> {
  const [stack, image, tables] = await Promise.all([
    findStack(session, session.names.versionStack(version)),
    taggedImage(session, version),
    inspectTables(session, version),
  ]);
  return { version, stack: stack?.state === 'DELETE_COMPLETE' ? undefined : stack, image, tables };
}

/** Whether the database, or the folder of revisions, holds anything of a version. */
export const hasTables = ({ role, rows, files = 0 }: Inspection): boolean =>
  role || Object.keys(rows).length > 0 || files > 0;

/** Whether there is anything that a revert removes. */
export const holdsAnything = ({ stack, image, tables }: VersionState): boolean =>
  stack !== undefined || image !== undefined || hasTables(tables);

/** Tables that only ever grow while their version lives. */
const growing = /^(inputs_|outputs_|observations_|feedback$)/;

/** What a version lost between two looks, a line each; rows that it gained are its daily work. */
export function lossesOf(before: VersionState, after: VersionState): string[] {
  const losses: string[] = [];
  const name = before.stack?.name ?? before.version;
  if (before.stack && after.stack?.id !== before.stack.id) losses.push(`${name} is gone`);
  else if (before.stack && after.stack && isFailed(after.stack.state) && !isFailed(before.stack.state)) {
    losses.push(`${name} was ${before.stack.state} and is ${after.stack.state}`);
  }
  if (before.image && after.image !== before.image) losses.push(`the image tag ${before.version} is gone or moved`);
  if (before.tables.role && !after.tables.role) losses.push(`the database role of ${before.version} is gone`);
  for (const [table, rows] of Object.entries(before.tables.rows)) {
    const left = after.tables.rows[table];
    if (left === undefined) losses.push(`the table ${table} of ${before.version} is gone`);
    else if (growing.test(table) && left < rows)
      losses.push(`${table} of ${before.version} had ${rows} rows and has ${left}`);
  }
  return losses;
}
