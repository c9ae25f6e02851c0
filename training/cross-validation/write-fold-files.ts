import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { foldOf } from '../../learning/folds';
import type { DataConf } from '../conf/conf';
import { DataStorage } from '../data/files/data-storage';
import { findFiles } from '../data/files/find-files';
import { unpack } from '../data/files/read-text';
import { delimiterOf } from '../data/formats/csv/csv-columns';
import { cutLines } from '../data/lines/cut-lines';
import { CsvRecordEnds, PlainLineEnds } from '../data/lines/line-ends';
import type { DataFile } from '../data/part';
import { chooseFiles } from '../data/parts';
import { DataError, DataExitCode } from '../data-error';

/** The files of a fold, in the order of those that they are made of. */
export interface FoldFiles {
  readonly train: readonly string[];
  readonly test: readonly string[];
}

const linesAtOnce = 10_000;

/**
 * Writes the training and the test lines of each fold into files of their own: line i of all, blank ones not counted, is a
 * test line of fold i mod `folds`. Each file of the data makes one of each kind, with its header if it has one.
 * @param folder that is there
 * @throws {DataError} if a file is absent or cannot be read, or the folder is full
 */
export async function writeFoldFiles(
  data: DataConf,
  folds: number,
  folder: string,
  signal?: AbortSignal,
): Promise<{ readonly files: readonly FoldFiles[]; readonly lines: number }> {
  const storage = new DataStorage();
  let lines = 0;
  try {
    const found = chooseFiles(await findFiles(data.files, storage), data, 1);
    const names = found.map((_, n) => String(n).padStart(6, '0'));
    for (const [n, file] of found.entries()) {
      const writer = await FoldWriter.open(folder, folds, names[n]!);
      try {
        lines = await copyLines(file, data, storage, writer, lines, signal);
      } finally {
        await writer.close();
      }
    }
    const filesOf = (fold: number, kind: Kind) => names.map((name) => pathOf(folder, fold, kind, name));
    const files = Array.from({ length: folds }, (_, fold) => ({
      train: filesOf(fold, 'train'),
      test: filesOf(fold, 'test'),
    }));
    return { files, lines };
  } finally {
    await storage.close();
  }
}

type Kind = 'train' | 'test';

const pathOf = (folder: string, fold: number, kind: Kind, name: string): string =>
  join(folder, String(fold), kind, name);

/** @returns the number of the line after the last */
async function copyLines(
  file: DataFile,
  { text, csv, maxLinesPerFile }: DataConf,
  storage: DataStorage,
  writer: FoldWriter,
  first: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const isCsv = text === 'CSV';
  const hasHeader = isCsv && csv.header;
  const chunks = file.compressed ? unpack(file, storage) : storage.read(file, 0, file.size);
  const batches = cutLines(chunks, {
    start: 0,
    end: Number.POSITIVE_INFINITY,
    skipRest: false,
    skipLines: 0,
    maxLines: maxLinesPerFile === undefined ? undefined : maxLinesPerFile + (hasHeader ? 1 : 0),
    batchLines: linesAtOnce,
    batchBytes: Number.POSITIVE_INFINITY,
    lineEnds: isCsv ? new CsvRecordEnds(delimiterOf(csv)) : new PlainLineEnds(),
  });
  let row = first;
  let isHeader = hasHeader;
  for await (const { bytes, extents, numbers } of batches) {
    signal?.throwIfAborted();
    for (let i = 0; i < numbers.length; i++) {
      const line = bytes.subarray(extents[2 * i], extents[2 * i + 1]);
      if (isHeader) writer.header(line);
      else writer.line(line, row++);
      isHeader = false;
    }
    await writer.flush();
  }
  return row;
}

/** The files that one file of the data becomes. */
class FoldWriter {
  private constructor(
    private readonly folder: string,
    private readonly streams: readonly Readonly<Record<Kind, WriteStream>>[],
    /** What went wrong with any of the files. */
    private readonly failures: readonly Error[],
  ) {}

  static async open(folder: string, folds: number, name: string): Promise<FoldWriter> {
    const failures: Error[] = [];
    const open = async (fold: number, kind: Kind): Promise<WriteStream> => {
      await mkdir(join(folder, String(fold), kind), { recursive: true });
      return createWriteStream(pathOf(folder, fold, kind, name)).on('error', (error) => failures.push(error));
    };
    const opened = Array.from({ length: folds }, async (_, fold) => ({
      train: await open(fold, 'train'),
      test: await open(fold, 'test'),
    }));
    return new FoldWriter(folder, await Promise.all(opened), failures);
  }

  header(line: Uint8Array): void {
    for (const { train, test } of this.streams) for (const stream of [train, test]) write(stream, line);
  }

  line(line: Uint8Array, row: number): void {
    const { length } = this.streams;
    for (const [fold, { train, test }] of this.streams.entries())
      write(foldOf(row, length) === fold ? test : train, line);
  }

  /**
   * Waits until no more than a little is in memory.
   * @throws {DataError} if a file cannot be written
   */
  async flush(): Promise<void> {
    for (const stream of this.all()) {
      if (stream.writableNeedDrain) await once(stream, 'drain').catch(() => {});
    }
    this.check();
  }

  /** @throws {DataError} if a file could not be written */
  async close(): Promise<void> {
    const ended = this.all().map((stream) => {
      stream.end();
      return finished(stream).catch(() => {});
    });
    await Promise.all(ended);
    this.check();
  }

  private check(): void {
    const [failure] = this.failures;
    if (failure) throw new NoRoomError(this.folder, failure);
  }

  private all(): readonly WriteStream[] {
    return this.streams.flatMap(({ train, test }) => [train, test]);
  }
}

/** The folder for temporary files does not take the folds. */
export class NoRoomError extends DataError {
  constructor(folder: string, { message }: Error) {
    super(`${folder}: cannot be written: ${message}; name another folder in TMPDIR`, DataExitCode.noAccess);
  }
}

const newline = Buffer.from('\n');

function write(stream: WriteStream, line: Uint8Array): void {
  stream.write(Buffer.concat([line, newline]));
}
