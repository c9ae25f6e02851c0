import { mkdirSync } from 'node:fs';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What lies in `<data>/spool`: a folder per writer, named by the spool's UUID.
 *
 * | in it | |
 * |---|---|
 * | `00000001.log` … | segments, in order; only the last is written to |
 * | `owner` | which process writes; absent once nobody does |
 * | `shipped` | how far the database has it, for the size of the backlog only |
 * | `rejected.copy` | lines that the database refused |
 * | `00000001.log.damaged` | a segment of which a part could not be read |
 */
export const spoolRoot = (dataDirectory: string): string => join(dataDirectory, 'spool');

/** A place in a spool: the next byte to read. */
export interface Position {
  readonly segment: number;
  readonly offset: number;
}

export const beginning: Position = { segment: 1, offset: 0 };

export const segmentName = (segment: number): string => `${String(segment).padStart(8, '0')}.log`;
export const ownerFile = (spool: string): string => join(spool, 'owner');
export const rejectedFile = (spool: string): string => join(spool, 'rejected.copy');
const shippedFile = (spool: string): string => join(spool, 'shipped');

const spoolName = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const segmentFile = /^(\d{8})\.log$/;

/** Makes the folder of all spools; the error of the file system if that is impossible. */
export function makeSpoolRoot(dataDirectory: string): string {
  const root = spoolRoot(dataDirectory);
  mkdirSync(root, { recursive: true });
  return root;
}

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
  await writeFile(`${file}.new`, `${segment} ${offset}\n`);
  await rename(`${file}.new`, file);
}

/** Bytes of a spool that the database does not have yet; never too few. */
export async function unshippedBytes(spool: string): Promise<number> {
  const shipped = await readShipped(spool);
  const sizes = (await listSegments(spool))
    .filter((segment) => segment >= shipped.segment)
    .map(async (segment) => {
      const size = (await ifPresent(stat(join(spool, segmentName(segment)))))?.size ?? 0;
      return segment === shipped.segment ? Math.max(0, size - shipped.offset) : size;
    });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** The same for all spools of a data directory. */
export async function totalUnshippedBytes(root: string): Promise<number> {
  const each = await Promise.all((await listSpools(root)).map((id) => unshippedBytes(join(root, id))));
  return each.reduce((sum, bytes) => sum + bytes, 0);
}

/** Removes a spool: `shipped` and what else is not data last, so that a removal cut short is gone on with. */
export async function removeSpool(spool: string): Promise<void> {
  for (const segment of await listSegments(spool)) await rm(join(spool, segmentName(segment)), { force: true });
  await rm(spool, { recursive: true, force: true });
}

async function readShipped(spool: string): Promise<Position> {
  const text = (await ifPresent(readFile(shippedFile(spool), 'utf8'))) ?? '';
  const [segment, offset] = text.split(' ').map(Number);
  return segment && offset !== undefined ? { segment, offset } : beginning;
}

const namesIn = async (directory: string): Promise<readonly string[]> => (await ifPresent(readdir(directory))) ?? [];

/** A file may vanish between its listing and its reading: another shipper has finished with it. */
export async function ifPresent<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
