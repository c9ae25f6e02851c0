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

export interface ReaderOptions {
  /** With SQUARE any number is a label, where labels are numbers. */
  readonly loss: Loss;
  /** Lines of a minibatch, bad ones counted. */
  readonly minibatch: number;
  /** Whether minibatches tell the groups of their keys. */
  readonly groups: boolean;
  /** Of the order in which lines are shuffled. */
  readonly seed: number;
  /** Where files are read from; this machine and S3 by default. */
  readonly storage?: DataStorage;
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

/** A batch of lines that waits to be parsed. */
interface Work {
  readonly part: Part;
  readonly batch: LineBatch;
  readonly format: LineFormat;
  /** Where in the file the line numbers count from. */
  readonly start: number;
}

/**
 * Reads data as minibatches, in order: the same data, options and pass give the same minibatches. A minibatch has
 * `minibatch` lines and fewer at the end of its part; its keys are numbered in the order in which they first appear.
 *
 * ```
 * const reader = new MinibatchReader(conf.trainingData, { loss, minibatch: 1000, groups: false, seed: 1 });
 * const parts = await findParts(conf.trainingData, workers);
 * for await (const minibatch of reader.read(orderParts(parts, conf.trainingData, { seed: 1, pass }), { pass })) …
 * await reader.close();
 * ```
 */
export class MinibatchReader {
  private readonly storage: DataStorage;

  constructor(
    private readonly data: DataConf,
    private readonly options: ReaderOptions,
  ) {
    this.storage = options.storage ?? new DataStorage();
  }

  /**
   * Reads parts one after the other.
   * @throws {DataError} if a file cannot be read, or is truncated or damaged
   */
  async *read(parts: Iterable<Part>, options: ReadOptions): AsyncGenerator<PartMinibatch> {
    const rows = new RowBuilder(this.options.groups);
    let parser: { readonly format: LineFormat; readonly lines: LineParser } | undefined;
    for await (const work of this.work(parts, options)) {
      if (parser?.format !== work.format) parser = { format: work.format, lines: createParser(work.format) };
      yield this.minibatch(work, parseLines(work.batch, parser.lines, rows));
    }
  }

  /** Ends what reading holds open. */
  close(): Promise<void> {
    return this.storage.close();
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
