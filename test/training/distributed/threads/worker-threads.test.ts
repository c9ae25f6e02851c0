import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { MemoryJob } from '../../../../training/distributed/threads/memory-job';
import { startWorkerThreads, type WorkerThreads } from '../../../../training/distributed/threads/worker-threads';
import type { ProgressRow } from '../../../../training/online/progress-row';
import { runFolder } from '../../../support/test-run';
import { countsOf, keysPerRow } from '../support/counting';
import { type Counting, leadCounting } from '../support/counting-job';

const program = join(__dirname, 'programs/counting-thread.ts');

describe('a job of several threads', () => {
  let folder: string;
  let warnings: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(runFolder(), 'checkpoints-'));
    warnings = [];
  });

  /** Counts the keys of 100,000 rows with threads, of which the first so many die while they count. */
  async function count(changes: Partial<Counting> & { readonly deaths?: number } = {}): Promise<readonly number[]> {
    const job = new MemoryJob();
    const counting = { rows: 100_000, parts: 13, workers: 3, folder, seed: changes.deaths ?? 0, ...changes };
    const warn = (text: string): void => void warnings.push(text);
    let threads: WorkerThreads | undefined;
    const begun = (): void => {
      threads = startWorkerThreads(counting.workers, program, job, warn);
    };
    try {
      return await leadCounting(job, { ...counting, warn, begun });
    } finally {
      await threads?.stop();
    }
  }

  const twice = (counts: readonly number[]): readonly number[] => counts.map((count) => 2 * count);

  it.each([
    [1, 0],
    [2, 0],
    [4, 0],
    [4, 2],
  ])('learns from each row once in each pass, %i threads with a delay of %i', async (workers, maxDelay) => {
    expect(await count({ workers, conf: { passes: 2, maxDelay } })).toEqual(twice(countsOf(100_000)));
    expect(warnings).toEqual([]);
  });

  it('goes on when threads are lost, learns from all rows, and at most an interval of each of them twice', async () => {
    const interval = 100;
    const deaths = 2;

    const counts = await count({ deaths, syncExamples: interval });

    const excess = countsOf(100_000).map((expected, key) => counts[key]! - expected);
    expect(Math.min(...excess)).toBeGreaterThanOrEqual(0);
    expect(excess.reduce((sum, more) => sum + more, 0)).toBeLessThanOrEqual(deaths * interval * keysPerRow);
    expect(warnings).toEqual([
      'a worker ended: with code 9; another takes its place',
      'a worker ended: with code 9; another takes its place',
    ]);
  });

  it('fails when three threads die of a part, and names it', async () => {
    await expect(count({ deaths: 1000, parts: 1, workers: 2 })).rejects.toMatchObject({
      message: 'rows, bytes 0 to 100000: three workers died of this part; look at its lines',
      exitCode: 1,
    });
  });

  it('fails with the error of a thread', async () => {
    await expect(count({ conf: { minibatch: 2000 } })).rejects.toMatchObject({
      message: 'a worker ended: minibatches are too large for this test',
      exitCode: 1,
    });
  });

  it('learns from each row once when it is stopped and resumed by another number of threads', async () => {
    const rows = 400_000;
    const counting = { rows, parts: 8, conf: { reportInterval: 0 } };
    const stop = new AbortController();
    const row = ({ examples }: ProgressRow): void => {
      if (examples > 0) stop.abort(new Error('stopped'));
    };

    await expect(count({ ...counting, workers: 4, row, signal: stop.signal })).rejects.toThrow('stopped');

    expect(await count({ ...counting, workers: 2, resume: true })).toEqual(countsOf(rows));
    expect(warnings).toEqual([]);
  });
});
