import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { underscored, type Version } from '../../../config/version';

/**
 * Where the spools of a version are, `<data>/spool/1_2_0`: a folder per writer, named by the spool's UUID.
 *
 * | in it | |
 * |---|---|
 * | `00000001.log` … | segments, in order; only the last is written to |
 * | `owner` | which process writes; absent once nobody does |
 * | `shipped` | how far the database has it, for the size of the backlog only |
 * | `rejected.copy` | rows that the database refused |
 * | `00000001.log.4096.damaged` | bytes of a segment, from 4096 on, that could not be read |
 *
 * A spool that is done with is removed, unless it has files of the last two kinds: it becomes `<uuid>.kept` then.
 */
export const spoolRoot = (dataDirectory: string, version: Version): string =>
  join(dataDirectory, 'spool', underscored(version));

/** A place in a spool: the next byte to read. */
export interface Position {
  readonly segment: number;
  readonly offset: number;
}

export const beginning: Position = { segment: 1, offset: 0 };

export const segmentName = (segment: number): string => `${String(segment).padStart(8, '0')}.log`;
export const ownerFile = (spool: string): string => join(spool, 'owner');
const shippedFile = (spool: string): string => join(spool, 'shipped');

const spoolName = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const segmentFile = /^(\d{8})\.log$/;

/** The ids of all spools, whoever wrote them. */
export async function listSpools(root: string): Promise<readonly string[]> {
  return (await namesIn(root)).filter((name) => spoolName.test(name));
}

/** The numbers of a spool's segments, ascending; none if the spool is gone. */
export async function listSegments(spool: string): Promise<readonly number[]> {
  const numbers = (await namesIn(spool))
    .map((name) => segmentFile.exec(name)?.[1])
    .filter((text) => text !== undefined);
  return numbers.map(Number).sort((a, b) => a - b);
}

/** Notes how far the database has a spool; a reader sees the old or the new note, never half of one. */
export async function noteShipped(spool: string, { segment, offset }: Position): Promise<void> {
  const file = shippedFile(spool);
  const written = writeFile(`${file}.new`, `${segment} ${offset}\n`);
  await ifPresent(written.then(() => rename(`${file}.new`, file)));
}

/** How far the database has a spool by the last note; never too far. */
export async function notedPosition(spool: string): Promise<Position> {
  const text = (await ifPresent(readFile(shippedFile(spool), 'utf8'))) ?? '';
  const [segment, offset] = text.split(' ').map(Number);
  return segment && offset !== undefined ? { segment, offset } : beginning;
}

/** Removes the segments that the database has whole; the one that is written to stays. */
export async function removeShippedSegments(spool: string, shipped: Position): Promise<void> {
  const segments = await listSegments(spool);
  for (const segment of segments.filter((number) => number <= shipped.segment && number !== segments.at(-1))) {
    const file = join(spool, segmentName(segment));
    const size = (await ifPresent(stat(file)))?.size ?? 0;
    if (segment < shipped.segment || size <= shipped.offset) await rm(file, { force: true });
  }
}

export const namesIn = async (directory: string): Promise<readonly string[]> =>
  (await ifPresent(readdir(directory))) ?? [];

/** A file may vanish between its listing and its reading: another shipper has finished with it. */
export async function ifPresent<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
