import type { Answer, Arguments, BatchWorker, Method } from '../../learning/darlin/batch-worker';
import { MemoryWorkers } from '../../learning/darlin/memory-workers';
import { RowsWorker } from '../../learning/darlin/rows-worker';
import type { SparseRows } from '../../learning/sparse/rows';
import type { BatchConf } from '../conf/conf';
import { type LoadOptions, loadRows } from './load-rows';
import type { PassTimes } from './pass-table';

/** The workers of a batch training, which have its rows among them. */
export interface Team extends BatchWorker {
  /** Whether all rows come from the cache. */
  readonly cached: boolean;
  /** Seconds that the least and the most busy worker have computed since the last call. */
  takeBusy(): Pick<PassTimes, 'least' | 'most'>;
}

/** One worker in this process, which has all rows. */
export class MemoryTeam extends MemoryWorkers implements Team {
  private seconds = 0;

  constructor(
    rows: SparseRows,
    readonly cached: boolean,
  ) {
    super([new RowsWorker(rows)]);
  }

  /**
   * Reads all rows of a training, as `loadRows` does.
   * @throws {DataError}
   */
  static async load(conf: BatchConf, options: LoadOptions): Promise<MemoryTeam> {
    const { rows, cached } = await loadRows(conf, options);
    return new MemoryTeam(rows, cached);
  }

  takeBusy(): { least: number; most: number } {
    const { seconds } = this;
    this.seconds = 0;
    return { least: seconds, most: seconds };
  }

  protected override async ask<M extends Method>(method: M, ...args: Arguments<M>): Promise<Answer<M>[]> {
    const start = performance.now();
    const answers = await super.ask(method, ...args);
    this.seconds += (performance.now() - start) / 1000;
    return answers;
  }
}
