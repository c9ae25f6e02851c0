import { TextDecoder } from 'node:util';
import { type DataFolder, OutsideDataLocationError } from '../models/store/data-location';
import { checkObservation, type Observation, UnstorableObservationError } from './observation';

/** Observations of one file. */
const rowsPerFile = 100_000;

const extension = '.jsonl';
const nameOf = (number: number): string => `observations-${String(number).padStart(6, '0')}${extension}`;
const saved = /^observations-\d{6}\.jsonl$/;

/** A line that is no observation, or a file that is none; HTTP 400. */
export class ObservationLineError extends Error {
  override readonly name = 'ObservationLineError';
}

/** Writes observations as JSON lines `{"user","item","score"}`, in place of what was saved in the folder before. */
export async function writeObservationFiles(
  folder: DataFolder,
  observations: AsyncIterable<Observation>,
): Promise<void> {
  const older = (await folder.names()).filter((name) => saved.test(name));
  const written = new Set<string>();
  let lines: string[] = [];
  const writeFile = async () => {
    const name = nameOf(written.size + 1);
    await folder.write(name, Buffer.from(lines.join('')));
    written.add(name);
    lines = [];
  };
  for await (const { user, item, score } of observations) {
    lines.push(`${JSON.stringify({ user, item, score })}\n`);
    if (lines.length === rowsPerFile) await writeFile();
  }
  // A folder with nothing in it would look like one that was never saved to.
  if (lines.length > 0 || written.size === 0) await writeFile();
  await Promise.all(older.filter((name) => !written.has(name)).map((name) => folder.remove(name)));
}

/** The files of a folder that hold observations, in their order. */
export const observationFiles = async (folder: DataFolder): Promise<readonly string[]> =>
  (await folder.names()).filter((name) => name.endsWith(extension));

/**
 * Reads the observations of files, one file in memory at a time.
 * @param itemsAreTexts whether an item may be empty, as texts may
 * @throws {ObservationLineError} naming file, line and field
 */
export async function* readObservationFiles(
  folder: DataFolder,
  names: readonly string[],
  itemsAreTexts: boolean,
): AsyncGenerator<Observation> {
  for (const name of names) {
    const lines = textOf(await bytesOf(folder, name), name).split('\n');
    for (const [index, line] of lines.entries()) {
      if (line.trim() !== '') yield observationOf(line, `${name}:${index + 1}`, itemsAreTexts);
    }
  }
}

async function bytesOf(folder: DataFolder, name: string): Promise<Uint8Array> {
  try {
    return await folder.read(name);
  } catch (error) {
    throw error instanceof OutsideDataLocationError ? new ObservationLineError(`${name}: ${error.message}`) : error;
  }
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ObservationLineError(`${name}: is not UTF-8`);
  }
}

function observationOf(line: string, place: string, itemsAreTexts: boolean): Observation {
  const { user, item, score } = objectIn(line, place);
  if (typeof score !== 'number' || !Number.isFinite(score)) {
    throw new ObservationLineError(`${place}: score: must be a finite number`);
  }
  const isEmptyText = itemsAreTexts && item === '';
  const observation = {
    user: idOf(user, `${place}: user`),
    item: isEmptyText ? '' : idOf(item, `${place}: item`),
    score,
  };
  try {
    checkObservation(observation);
  } catch (error) {
    throw error instanceof UnstorableObservationError ? new ObservationLineError(`${place}: ${error.message}`) : error;
  }
  return observation;
}

function objectIn(line: string, place: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new ObservationLineError(`${place}: is not JSON`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Readonly<Record<string, unknown>>;
  throw new ObservationLineError(`${place}: must be an object with user, item and score`);
}

function idOf(value: unknown, place: string): string {
  if (typeof value === 'string' && value !== '') return value;
  if (Number.isSafeInteger(value)) return String(value);
  throw new ObservationLineError(`${place}: must be a text that is not empty, or an integer within ±(2^53 − 1)`);
}
