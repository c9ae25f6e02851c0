import { randomFor } from '../../learning/random';
import type { DataConf } from '../conf/conf';
import { DataStorage } from './files/data-storage';
import { findFiles } from './files/find-files';
import type { DataFile, Part } from './part';

const mebibyte = 1024 ** 2;
/** Parts that files are split into for several workers, in bytes. */
const partSize = { least: mebibyte, most: 64 * mebibyte };
/** How many parts each worker finds, so that none waits long for another at the end. */
const partsPerWorker = 4;

/**
 * The parts that a number of workers read, sorted by name.
 * @throws {DataError} if a configured name finds no file
 */
export async function findParts(data: DataConf, workers: number): Promise<readonly Part[]> {
  const storage = new DataStorage();
  try {
    return splitIntoParts(chooseFiles(await findFiles(data.files, storage), data, workers), data, workers);
  } finally {
    await storage.close();
  }
}

/** The files that a number of workers read, of files sorted by name. */
export const chooseFiles = (
  files: readonly DataFile[],
  { maxFilesPerWorker }: Pick<DataConf, 'maxFilesPerWorker'>,
  workers: number,
): readonly DataFile[] => (maxFilesPerWorker === undefined ? files : files.slice(0, maxFilesPerWorker * workers));

/**
 * Splits files for a number of workers. For one worker a file is one part, and so is a file that cannot be read from the
 * middle: a packed one, one of which only the first lines count, and CSV, whose records may hold line ends.
 */
export function splitIntoParts(
  files: readonly DataFile[],
  { text, maxLinesPerFile }: Pick<DataConf, 'text' | 'maxLinesPerFile'>,
  workers: number,
): readonly Part[] {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const target = Math.min(partSize.most, Math.max(partSize.least, total / (partsPerWorker * workers)));
  const wholeFiles = workers === 1 || maxLinesPerFile !== undefined || text === 'CSV';
  return files.flatMap((file) => splitFile(file, wholeFiles || file.compressed ? 1 : Math.ceil(file.size / target)));
}

function splitFile(file: DataFile, count: number): Part[] {
  const border = (i: number): number => Math.floor((file.size * i) / Math.max(1, count));
  return Array.from({ length: Math.max(1, count) }, (_, i) => ({ file, start: border(i), end: border(i + 1) }));
}

/** The parts in the order in which a pass reads them: as they are, or shuffled by the seed and the pass. */
export const orderParts = (
  parts: readonly Part[],
  { shuffle }: Pick<DataConf, 'shuffle'>,
  { seed, pass }: { readonly seed: number; readonly pass: number },
): readonly Part[] => (shuffle ? randomFor(seed, 'order of parts', pass).shuffle([...parts]) : parts);
