import { randomFor } from '../../../learning/random';
import type { DataConf } from '../../conf/conf';
import { DataError } from '../../data-error';
import { readFrom, unpack } from '../files/read-text';
import type { FileStorage } from '../files/storage';
import { type CsvColumn, delimiterOf, readColumns } from '../formats/csv/csv-columns';
import type { DataFile, Part } from '../part';
import { type CutOptions, cutLines } from './cut-lines';
import type { LineBatch } from './line-batch';
import { CsvRecordEnds, PlainLineEnds } from './line-ends';
import { shuffleBytes, shuffleLines } from './shuffle-lines';

/** Which lines of a part are read, and in which portions. */
export interface LineRequest {
  readonly data: Pick<DataConf, 'text' | 'csv' | 'maxLinesPerFile' | 'shuffle'>;
  /** Lines of a batch. */
  readonly batchLines: number;
  readonly seed: number;
  readonly pass: number;
  /** Where to go on: the offset of the last batch that is done with; undefined for the beginning. */
  readonly from?: number | undefined;
}

/** The lines of a part. */
export interface OpenLines {
  readonly batches: AsyncIterable<LineBatch>;
  /** Where in the file the first line that was read starts: line numbers count from there. */
  readonly start: number;
  /** What the columns mean; none but for CSV. */
  readonly columns: readonly CsvColumn[];
}

const noLimits = { skipRest: false, skipLines: 0, maxLines: undefined, batchBytes: Number.POSITIVE_INFINITY };

/** Opens the lines that start in a part, in batches whose borders do not depend on where reading begins anew. */
export async function openLines(part: Part, request: LineRequest, storage: FileStorage): Promise<OpenLines> {
  const { text, shuffle, maxLinesPerFile } = request.data;
  if (text === 'CSV') return openCsv(part, request, storage);
  const { file } = part;
  if (part.start === part.end) return { batches: noBatches(), start: part.start, columns: [] };
  const whole = file.compressed || shuffle || maxLinesPerFile !== undefined;
  // Only plain text in its own order can be read from the middle; all else is read again and left out.
  const start = whole ? part.start : Math.max(part.start, request.from ?? 0);
  // The line that a part begins with may belong to the part before: the byte before tells.
  const readStart = file.compressed ? 0 : Math.max(0, start - 1);
  const chunks = file.compressed ? unpack(file, storage) : readFrom(file, readStart, part.end, storage);
  const cut = {
    start: readStart,
    end: file.compressed ? Number.POSITIVE_INFINITY : part.end,
    skipRest: start > 0,
    skipLines: 0,
    lineEnds: new PlainLineEnds(),
  };
  return { batches: arrange(chunks, cut, part, request), start: readStart, columns: [] };
}

async function openCsv(part: Part, request: LineRequest, storage: FileStorage): Promise<OpenLines> {
  const { file } = part;
  const { csv } = request.data;
  const chunks = () => (file.compressed ? unpack(file, storage) : storage.read(file, 0, file.size));
  const cut = {
    start: 0,
    end: Number.POSITIVE_INFINITY,
    skipRest: false,
    skipLines: csv.header ? 1 : 0,
    lineEnds: new CsvRecordEnds(delimiterOf(csv)),
  };
  const first = cutLines(chunks(), {
    ...noLimits,
    ...cut,
    skipLines: 0,
    batchLines: 1,
    lineEnds: new CsvRecordEnds(delimiterOf(csv)),
  });
  for await (const { bytes, extents } of first) {
    const columns = readColumns(bytes.subarray(extents[0], extents[1]), csv, file.name);
    return { batches: arrange(chunks(), cut, part, request), start: 0, columns };
  }
  if (csv.header && file.size > 0) throw new DataError(`${file.name}: has no line; its first must name the columns`);
  return { batches: noBatches(), start: 0, columns: [] };
}

async function* noBatches(): AsyncGenerator<LineBatch> {}

type Cut = Omit<CutOptions, 'maxLines' | 'batchLines' | 'batchBytes'>;

/** Cuts text into the batches that are asked for, shuffled if the configuration says so. */
async function* arrange(
  chunks: AsyncIterable<Uint8Array>,
  cut: Cut,
  part: Part,
  { data: { shuffle, maxLinesPerFile: maxLines }, batchLines, seed, pass, from }: LineRequest,
): AsyncGenerator<LineBatch> {
  const inOrder = (lines: number, batchBytes: number) =>
    cutLines(chunks, { ...cut, maxLines, batchLines: lines, batchBytes });
  const batches = shuffle
    ? shuffleLines(
        inOrder(Number.POSITIVE_INFINITY, shuffleBytes),
        randomFor(seed, `order of lines in ${part.file.name} from ${part.start}`, pass),
        batchLines,
      )
    : inOrder(batchLines, Number.POSITIVE_INFINITY);
  for await (const batch of batches) if (from === undefined || batch.offset > from) yield batch;
}

/** How many lines end before a place in a plain file. */
export async function countLines(file: DataFile, end: number, storage: FileStorage): Promise<number> {
  let lines = 0;
  for await (const chunk of storage.read(file, 0, end)) {
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) lines++;
  }
  return lines;
}
