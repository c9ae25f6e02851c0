import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchConf } from '../../../../../training/conf/conf';
import { runBatch } from '../../../../../training/darlin/run-batch';
import { MemoryTeam } from '../../../../../training/darlin/team';
import {
  type BatchOnThreads,
  runBatchOnThreads,
} from '../../../../../training/distributed/batch/threads/run-batch-on-threads';
import { runFolder } from '../../../../support/test-run';
import { batchOnFiles, lines, writeParts } from '../../../darlin/support/batch-on-files';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(runFolder(), 'darlin-'));
  writeParts(folder);
});

const write = (part: number, text: string | Buffer, end = ''): void =>
  writeFileSync(join(folder, 'data', `part-${part}${end}`), text);

function given(changes: Partial<BatchConf> = {}, more: Partial<BatchOnThreads> = {}) {
  const { training, ...told } = batchOnFiles(folder, changes);
  return { ...told, training: { ...training, workers: 3, ...more } satisfies BatchOnThreads };
}

describe('batch training on threads', () => {
  it.each([1, 2, 4])('comes with %i threads to the certificate that one worker comes to', async (workers) => {
    const { training, said } = given({ maxBlockDelay: 2, priorGroups: [1] }, { workers });
    const alone = await runBatch({ ...training, assemble: () => MemoryTeam.load(training.conf, training) });
    said.length = 0;

    const together = await runBatchOnThreads(training);

    expect(together.state.gap).toBeLessThanOrEqual(1e-5);
    expect(together.examples).toBe(600);
    expect(together.state.objective! / alone.state.objective!).toBeCloseTo(1, 4);
    expect(together.model.keys).toEqual(alone.model.keys);
    expect(said.at(-1)).toBe('Stopped: relative gap <= 1.0e-05');
  });

  it('brings the same weights each time', async () => {
    const { training } = given();

    const first = await runBatchOnThreads(training);

    expect((await runBatchOnThreads(training)).model).toEqual(first.model);
  });

  it('is saved where a signal finds it, and goes on from there', async () => {
    const stop = new AbortController();
    const endless = { epsilon: -1, maxPasses: 6 };
    const unbroken = await runBatchOnThreads(given(endless).training);
    const { training } = given(endless, { signal: stop.signal });
    const progress: BatchOnThreads['progress'] = {
      ...training.progress,
      pass: ({ pass }) => pass === 1 && stop.abort(new Error('stopped')),
    };
    await expect(runBatchOnThreads({ ...training, progress })).rejects.toThrow('stopped');

    const { training: resumed, said, warnings } = given(endless, { resume: true });
    const { state } = await runBatchOnThreads(resumed);

    expect(warnings).toEqual([]);
    expect(said.filter((line) => /^ +\d+ \|/.test(line)).length).toBeLessThan(6);
    expect(state.objective! / unbroken.state.objective!).toBeCloseTo(1, 6);
  });

  it('reads the rows of each thread from the cache when they have been read before', async () => {
    const cached = { localCache: join(folder, 'cache_') };
    await runBatchOnThreads(given(cached).training);
    expect(readdirSync(folder).filter((name) => name.startsWith('cache_'))).toHaveLength(3);

    const { training, said } = given(cached);
    await runBatchOnThreads(training);

    expect(said).toContain('Hit local caches for the training data');
  });

  it('reports the bad lines of all threads, and refuses too many', async () => {
    write(1, `neither\n${lines.join('')}`);
    write(3, `${lines.join('')}nor\n`);
    const { training, warnings } = given();
    await runBatchOnThreads(training);
    expect(warnings.sort()).toEqual([expect.stringMatching(/part-1:1: /), expect.stringMatching(/part-3:601: /)]);

    await expect(runBatchOnThreads(given({}, { badLines: { lines: 1 } }).training)).rejects.toMatchObject({
      exitCode: 5,
    });
  });

  it('ends with what is wrong with a file', async () => {
    write(5, Buffer.from('1f8b0800', 'hex'), '.gz');

    await expect(runBatchOnThreads(given().training)).rejects.toMatchObject({
      message: expect.stringContaining('part-5.gz'),
      exitCode: 5,
    });
  });
});
