import { availableParallelism } from 'node:os';
import type { Loss } from '../../learning/linear/loss';
import { RowBuilder } from '../../learning/sparse/row-builder';
import type { DataConf } from '../conf/conf';
import { DataStorage } from './files/data-storage';
import { createParser, type LineFormat } from './formats/create-parser';
import type { LineParser } from './formats/line-parser';
import type { LineBatch } from './lines/line-batch';
import { countLines, openLines } from './lines/open-lines';
import { type ParsedLines, parseLines } from './lines/parse-lines';
import type { BadLine, Minibatch, Part } from './part';
import { ParsePool } from './threads/parse-pool';

export interface ReaderOptions {
  /** With SQUARE any number is a label, where labels are numbers. */
  readonly loss: Loss;
  /** Lines of a minibatch, bad ones counted. */
  readonly minibatch: number;
  /** Whether minibatches tell the groups of their keys. */
  readonly groups: boolean;
  /** Of the order in which lines are shuffled. */
  readonly seed: number;
  /** Bytes of text to read ahead; more than 16 MiB are never needed. @default 16 MiB */
  readonly readAhead?: number;
  /** How many threads parse; 0 parses in the caller's. Small data needs none. @default one a core, at most 4 */
  readonly threads?: number;
}

/** What of a part is read. */
export interface ReadOptions {
  /** From 0; each pass shuffles in its own way. */
  readonly pass: number;
  /** The offset of the last minibatch that is done with, to go on after it. */
  readonly from?: number | undefined;
}

/** A minibatch, and the part whose lines it has. */
export interface PartMinibatch extends Minibatch {
  readonly part: Part;
}

/** A batch of lines to be parsed. */
interface Work {
  readonly part: Part;
  readonly batch: LineBatch;
  readonly format: LineFormat;
  /** Where in the file the line numbers count from. */
  readonly start: number;
}

/** So much text, in bytes, keeps all threads busy. */
const enoughReadAhead = 16 * 1024 ** 2;
const mostThreads = 4;
/** A reader that has read less text, in bytes, is done before threads have started. */
const smallData = 1024 ** 2;

/**
 * Reads data as minibatches, in order: the same data, options and pass give the same minibatches, however many threads
 * parse. A minibatch has `minibatch` lines and fewer at the end of its part; its keys are numbered in the order in which
 * they first appear.
 *
 * ```
 * const reader = new MinibatchReader(conf.trainingData, { loss, minibatch: 1000, groups: false, seed: 1 });
 * const parts = await findParts(conf.trainingData, workers);
 * for await (const minibatch of reader.read(orderParts(parts, conf.trainingData, { seed: 1, pass }), { pass })) …
 * await reader.close();
 * ```
 */
export class MinibatchReader {
  private readonly storage = new DataStorage();
  private readonly rows: RowBuilder;
  private parser: { readonly format: LineFormat; readonly lines: LineParser } | undefined;
  private pool: Promise<ParsePool> | undefined;
  /** Bytes of text, of all that was read so far. */
  private textRead = 0;

  constructor(
    private readonly data: DataConf,
    private readonly options: ReaderOptions,
  ) {
    this.rows = new RowBuilder(options.groups);
  }

  /**
   * Reads parts one after the other; text is read ahead of what the caller takes.
   * @throws {DataError} if a file cannot be read, or is truncated or damaged
   */
  async *read(parts: Iterable<Part>, options: ReadOptions): AsyncGenerator<PartMinibatch> {
    const readAhead = Math.min(this.options.readAhead ?? enoughReadAhead, enoughReadAhead);
    const parsed: { readonly minibatch: Promise<PartMinibatch>; readonly bytes: number }[] = [];
    let ahead = 0;
    for await (const work of this.work(parts, options)) {
      const bytes = work.batch.bytes.length;
      const minibatch = this.parse(work);
      // Whoever takes it is told of a failure; until then it is no unhandled one.
      minibatch.catch(() => {});
      parsed.push({ minibatch, bytes });
      ahead += bytes;
      while (parsed.length > 0 && (ahead > readAhead || !this.pool)) {
        const first = parsed.shift()!;
        ahead -= first.bytes;
        yield await first.minibatch;
      }
    }
    for (const { minibatch } of parsed) yield await minibatch;
  }

  /** Ends the threads, and what reading holds open. */
  async close(): Promise<void> {
    await this.storage.close();
    await (await this.pool)?.close();
  }

  private async *work(parts: Iterable<Part>, { pass, from }: ReadOptions): AsyncGenerator<Work> {
    const { data, storage } = this;
    const { minibatch: batchLines, seed, loss } = this.options;
    for (const part of parts) {
      const { batches, start, columns } = await openLines(part, { data, batchLines, seed, pass, from }, storage);
      const format = { text: data.text, csv: data.csv, columns, anyLabel: loss === 'SQUARE' };
      for await (const batch of batches) yield { part, batch, format, start };
    }
  }

  private async parse(work: Work): Promise<PartMinibatch> {
    const { batch, format } = work;
    this.textRead += batch.bytes.length;
    const { threads = Math.min(availableParallelism(), mostThreads), groups } = this.options;
    if (threads === 0 || this.textRead < smallData) return this.minibatch(work, this.parseHere(work));
    this.pool ??= ParsePool.start(threads, { groups });
    const pool = await this.pool;
    return this.minibatch(work, await pool.parse(batch, format));
  }

  private parseHere({ batch, format }: Work): ParsedLines {
    if (this.parser?.format !== format) this.parser = { format, lines: createParser(format) };
    return parseLines(batch, this.parser.lines, this.rows);
  }

  private async minibatch({ part, batch, start }: Work, { rows, bad }: ParsedLines): Promise<PartMinibatch> {
    const first = bad.count === 0 ? [] : await this.locate(part, batch, start, bad.first);
    return {
      ...rows,
      part,
      offset: batch.offset,
      lines: rows.labels.length + bad.count,
      bad: { count: bad.count, first },
    };
  }

  /** Tells in which lines of their file bad lines are; what comes before the part is counted only then. */
  private async locate(
    { file }: Part,
    { numbers }: LineBatch,
    start: number,
    bad: ParsedLines['bad']['first'],
  ): Promise<readonly BadLine[]> {
    const before = file.compressed || start === 0 ? 0 : await countLines(file, start, this.storage);
    return bad.map(({ line, reason }) => ({ file: file.name, line: before + numbers[line]! + 1, reason }));
  }
}
