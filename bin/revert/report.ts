import type { Version } from '../../config/version';
import { type AwsSession, withSession } from '../aws/session';
import type { RevertOptions } from '../commands/aws/revert';
import { print, printJson, table } from '../output';
import { counted, indented, revisionsOf } from './plan';
import { type Reverted, revert } from './revert';

/** Reverts a version, and prints what was removed. */
export const revertAndReport = (version: Version, options: RevertOptions): Promise<void> =>
  withSession(options, async (session) => {
    const reverted = await revert(session, version, options);
    if (options.json) printJson(asDocument(session, version, reverted));
    else print(describe(session, version, reverted));
  });

function asDocument({ names, region, account }: AwsSession, version: Version, { removed, archive }: Reverted) {
  return {
    version,
    region,
    account,
    removed: removed
      ? {
          stack: removed.stack?.name ?? null,
          image: removed.image ? `${names.application}:${version}` : null,
          rows: removed.tables.rows,
          files: removed.tables.files ?? 0,
        }
      : null,
    archive: archive ? { address: archive.address, rows: archive.rows, bytes: archive.bytes } : null,
  };
}

function describe({ names, region }: AwsSession, version: Version, { removed, archive }: Reverted): string {
  if (!removed) return `Nothing is left of ${version} in ${region}`;
  const rows: string[][] = [];
  if (removed.stack) rows.push(['stack', removed.stack.name]);
  if (removed.image) rows.push(['image', `${names.application}:${version}`]);
  for (const [name, count] of Object.entries(removed.tables.rows)) rows.push(['table', name, counted(count, 'row')]);
  if (removed.tables.files) rows.push(['files', revisionsOf(version), counted(removed.tables.files, 'file')]);
  const where = archive ? [`Archive: ${archive.address}`] : [];
  return [`Reverted ${version} in ${region}. Removed:`, indented(table(rows)), ...where].join('\n');
}
