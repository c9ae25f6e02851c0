import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchConf } from '../../../../training/conf/conf';
import { runBatch } from '../../../../training/darlin/run-batch';
import { MemoryTeam } from '../../../../training/darlin/team';
import { type DistributedBatch, leadBatch } from '../../../../training/distributed/batch/lead-batch';
import { trainAsWorker } from '../../../../training/distributed/train-worker';
import { type LocalServers, startLocalServers } from '../../../../training/store/servers/local-servers';
import { runFolder } from '../../../support/test-run';
import { batchConf } from '../../darlin/support/batch-conf';
import { batchOnFiles, lines, writeParts } from '../../darlin/support/batch-on-files';

jest.setTimeout(120_000);

let local: LocalServers;
let folder: string;
let job = 0;
beforeAll(async () => {
  local = await startLocalServers(2, 0);
});
afterAll(() => local?.stop());
beforeEach(() => {
  job++;
  folder = mkdtempSync(join(runFolder(), 'darlin-'));
  writeParts(folder);
});

function given(changes: Partial<BatchConf> = {}, more: Partial<DistributedBatch> = {}) {
  const { training, ...told } = batchOnFiles(folder, changes);
  const servers = { job: `darlin-${job}`, address: local.address, isOwn: true, replicas: 0, workers: 3 };
  return { ...told, training: { ...training, ...servers, ...more } satisfies DistributedBatch };
}

/** A worker of the job at hand. */
const work = (signal = new AbortController().signal) =>
  trainAsWorker(local.address, `darlin-${job}`, signal, (text) => {
    throw new Error(text);
  });

/** Leads a job with so many workers, which come when they may. */
async function train(training: DistributedBatch, workers: number) {
  let working: ReturnType<typeof work>[] = [];
  const begun = () => {
    working = Array.from({ length: workers }, () => work());
  };
  const trained = await leadBatch({ ...training, begun });
  expect(await Promise.all(working)).toEqual(new Array(workers).fill({ status: 'done' }));
  return trained;
}

/** No gap is small enough: the training makes all its passes. */
const endless = { epsilon: -1, maxPasses: 6 };

/** The training with something done after its first pass. */
const afterFirstPass = (training: DistributedBatch, act: () => void): DistributedBatch => ({
  ...training,
  progress: {
    ...training.progress,
    pass(report, times) {
      training.progress.pass(report, times);
      if (report.pass === 0) act();
    },
  },
});

test('several workers come to the certificate that one in memory comes to', async () => {
  const { training, said } = given({ maxBlockDelay: 2, priorGroups: [1], tail: { ...batchConf.tail, frequency: 3 } });
  const alone = await runBatch({ ...training, assemble: () => MemoryTeam.load(training.conf, training) });
  said.length = 0;

  const together = await train(training, 3);

  expect(together.state.gap).toBeLessThanOrEqual(1e-5);
  expect(together.examples).toBe(600);
  expect(together.state.objective! / alone.state.objective!).toBeCloseTo(1, 4);
  expect(together.model.keys).toEqual(alone.model.keys);
  expect(said[1]).toMatch(/^Loaded 600 examples in /);
  expect(said.at(-1)).toBe('Stopped: relative gap <= 1.0e-05');
});

test('more workers than files wait for a seat, and end with the others', async () => {
  expect((await train(given({}, { workers: 7 }).training, 7)).examples).toBe(600);
});

test('one worker takes the seats of those who never come, after a while', async () => {
  expect((await train(given({}, { workers: 2 }).training, 1)).state.gap).toBeLessThanOrEqual(1e-5);
});

test('a worker that is told to end gives its seat to another, and the model is to the bit that of an unbroken job', async () => {
  const unbroken = await train(given(endless).training, 3);

  const ending = new AbortController();
  let workers: ReturnType<typeof work>[] = [];
  const begun = () => {
    workers = [work(), work(), work(ending.signal)];
  };
  const training = afterFirstPass(given(endless).training, () => {
    ending.abort();
    workers.push(work());
  });
  const broken = await leadBatch({ ...training, begun });

  const done = { status: 'done' };
  expect(await Promise.all(workers)).toEqual([done, done, undefined, done]);
  expect(broken.model).toEqual(unbroken.model);
});

test('a scheduler that is told to end saves the pass at hand, and the job goes on with the workers that are there', async () => {
  const ending = new AbortController();
  const { training } = given({ ...endless, saveEveryPasses: 1 }, { signal: ending.signal });
  let workers: ReturnType<typeof work>[] = [];
  const begun = () => {
    workers = [work(), work(), work()];
  };
  const lead = leadBatch({ ...afterFirstPass(training, () => ending.abort(new Error('stopped'))), begun });
  await expect(lead).rejects.toThrow('stopped');
  expect(readdirSync(folder).filter((name) => name.startsWith('model'))).toEqual(['model_it_0_S0']);

  const { training: again, said, warnings } = given(endless, { resume: true });
  const resumed = await leadBatch(again);

  expect(resumed.state.gap).toBeLessThanOrEqual(1e-5);
  expect(said.find((line) => /^ {3}\d \|/.test(line))).toMatch(/^ {3}1 \|/);
  expect(await Promise.all(workers)).toEqual(new Array(3).fill({ status: 'done' }));
  expect(warnings).toEqual([]);
});

describe('bad lines', () => {
  test('of all workers are told together, each time', async () => {
    for (let part = 0; part < 2; part++) writeFileSync(join(folder, 'data', `part-${part}`), `what\n${lines[part]}`);
    const cache = { localCache: join(folder, 'cache/bcd_') };
    for (let time = 0; time < 2; time++) {
      const { training, warnings } = given(cache, { badLines: { lines: 2 } });
      await train(training, 3);
      expect(warnings).toEqual([expect.stringMatching(/part-0:1: /), expect.stringMatching(/part-1:1: /)]);
    }
  });

  test('that are too many in all end the job for all', async () => {
    for (let part = 0; part < 2; part++) writeFileSync(join(folder, 'data', `part-${part}`), `what\n${lines[part]}`);
    const failed = { status: 'failed', exitCode: 5, message: expect.stringContaining('2 of ') };
    const lead = leadBatch(given({}, { badLines: { lines: 1 } }).training).catch(
      (error: { exitCode: number }) => error,
    );
    expect(await Promise.all([work(), work(), work()])).toEqual(new Array(3).fill(failed));
    expect(await lead).toMatchObject({ exitCode: 5 });
  });
});

test('rows that were parsed once come from the cache', async () => {
  const cache = { localCache: join(folder, 'cache/bcd_') };
  await train(given(cache).training, 3);
  const { training, said } = given(cache);
  await train(training, 3);
  expect(said[1]).toBe('Hit local caches for the training data');
  expect(readdirSync(join(folder, 'cache'))).toHaveLength(3);
});
