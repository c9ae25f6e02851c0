import { Role } from '../../config/database';
import { revisionsFolder } from '../../config/environment';
import type { Names } from '../../config/names';
import type { Version } from '../../config/version';
import { table } from '../output';
import type { Survey } from './survey';

/**
 * What a revert is going to remove, as its user reads it before the question.
 * @param archive address of the rows afterwards; undefined if they are not archived
 */
export function describePlan(survey: Survey, names: Names, archive: string | undefined): string {
  const { version, stack, image, tables, others } = survey;
  const rows: string[][] = [];
  if (stack) rows.push(['stack', stack.name, stack.state]);
  if (image) rows.push(['image', `${names.application}:${version}`, image.slice(0, 19)]);
  for (const [name, count] of Object.entries(tables.rows)) rows.push(['table', name, counted(count, 'row')]);
  if (tables.files) rows.push(['files', revisionsOf(version), counted(tables.files, 'file')]);
  if (tables.role) rows.push(['role', Role.version(version), counted(tables.sessions, 'open connection')]);
  return [
    `These go with ${version}:`,
    indented(table(rows)),
    ...(tables.role ? [archive ? `The rows are archived first: ${archive}` : 'The rows are lost: no archive'] : []),
    others.length > 0 ? `These stay: ${others.map((other) => other.version).join(', ')}` : 'No other version is live',
  ].join('\n');
}

/** The folder of the revisions of a version, as it is shown. */
export const revisionsOf = (version: Version): string => `${revisionsFolder}/${version}/`;

/** `1 row`, `12,034 rows` */
export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;

export const indented = (lines: string): string => lines.replaceAll(/^/gm, '  ');
