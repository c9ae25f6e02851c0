import { splitRows } from '../../../learning/sparse/gathered-rows';
import { keyAt, toKeys } from '../../../learning/sparse/keys';
import type { SparseRows } from '../../../learning/sparse/rows';
import type { BatchConf } from '../../../training/conf/conf';
import { passTable } from '../../../training/darlin/pass-table';
import { startingWeights } from '../../../training/darlin/starting-weights';
import { MemoryTeam } from '../../../training/darlin/team';
import { type BatchOptions, trainBatch } from '../../../training/darlin/train-batch';
import { DataError } from '../../../training/data-error';
import { problems, sparseRows } from '../../learning/darlin/support/problems';
import { batchConf } from './support/batch-conf';

const { examples, lambda } = problems.oneHotGroups(1);
const rows = sparseRows(examples);

const conf: BatchConf = { ...batchConf, penalty: { l1: lambda, l2: 0 } };

function given(changes: Partial<BatchConf>, options: Partial<BatchOptions> = {}) {
  const lines: string[] = [];
  const warnings: string[] = [];
  const job: BatchOptions = {
    conf: { ...conf, ...changes },
    assemble: async () => new MemoryTeam(rows, false),
    start: { type: 'ZERO' },
    seed: 1,
    progress: passTable((line) => lines.push(line)),
    warn: (message) => warnings.push(message),
    ...options,
  };
  return { job, lines, warnings };
}

/** What no clock decides: seconds are left out. */
const timeless = (lines: readonly string[]) =>
  lines.map((line) => line.replace(/in \S+ sec/, 'in S sec').replace(/(\|[^|]+\|[^|]+\|[^|]+\|).*$/, '$1'));

test('a training says how its data was prepared, shows its passes, and says why it stopped', async () => {
  const { job, lines, warnings } = given({
    priorGroups: [9, 2, 1],
    maxBlockDelay: 1,
    tail: { ...conf.tail, frequency: 3 },
  });
  const { state } = await trainBatch({ ...job, assemble: async () => new MemoryTeam(rows, true) });
  expect(state.gap).toBeLessThanOrEqual(1e-5);
  expect(timeless(lines).slice(0, 8)).toEqual([
    'Train l_1 logistic regression by block coordinate descent',
    'Hit local caches for the training data',
    'Loaded 600 examples in S sec',
    'Preprocessing is finished in S sec',
    'Features with frequency <= 3 are filtered',
    'Features are partitioned into 5 blocks',
    'Prior feature groups: 2, 1',
    'Maximal allowed delay: 1',
  ]);
  expect(lines.filter((line) => /^ {3}\d \|/.test(line))).toHaveLength(state.passes);
  expect(lines.at(-1)).toBe('Stopped: relative gap <= 1.0e-05');
  expect(warnings).toEqual(['prior_fea_group: no feature that is trained is of group 9']);
});

test('a training that has made all its passes says how far it may be from the best model', async () => {
  const { job, lines } = given({ maxPasses: 1, epsilon: 1e-15 });
  const { state } = await trainBatch(job);
  expect(state.passes).toBe(1);
  expect(lines.at(-1)).toMatch(/^Reached maximal 1 data passes, relative gap \d\.\de-\d\d$/);
});

test('features in as many rows as the tail frequency or less have no weight', async () => {
  const { model } = await trainBatch(given({ tail: { ...conf.tail, frequency: 30 } }).job);
  const counts = new Map<bigint, number>();
  for (const { entries } of examples) {
    for (const { key } of entries) counts.set(BigInt(key), (counts.get(BigInt(key)) ?? 0) + 1);
  }
  const kept = Array.from(model.weights, (_, j) => keyAt(model.keys, j));
  expect(new Set(kept)).toEqual(new Set([...counts].filter(([, count]) => count > 30).map(([key]) => key)));
});

test('a training that was stopped after a pass goes on to the very weights of an unbroken one', async () => {
  const changes = { epsilon: 1e-15, maxPasses: 4 };
  const unbroken = await trainBatch(given(changes).job);

  const ending = new AbortController();
  let resume: BatchOptions['resume'];
  const stopped = trainBatch({
    ...given(changes).job,
    signal: ending.signal,
    async onPass({ model, state }) {
      if (state.passes < 2) return;
      resume = structuredClone({ keys: model.keys, state });
      ending.abort(new Error('stopped'));
    },
  });
  await expect(stopped).rejects.toThrow('stopped');
  const resumed = await trainBatch({ ...given(changes).job, resume });
  expect(resumed).toEqual(unbroken);
});

test('a training that was done makes no further pass when it is resumed', async () => {
  const done = await trainBatch(given({}).job);
  const { job, lines } = given({}, { resume: { keys: done.model.keys, state: done.state } });
  expect(await trainBatch(job)).toEqual(done);
  expect(lines.at(-2)).toContain('----');
});

test('a checkpoint of other features is refused', async () => {
  const done = await trainBatch(given({}).job);
  const resume = { keys: toKeys([1n]), state: done.state };
  await expect(trainBatch(given({}, { resume }).job)).rejects.toThrow(
    new DataError('the training data is not that of the checkpoint; train without --resume'),
  );
});

test('data without an example is refused by the name of its files', async () => {
  const none: SparseRows = splitRows(rows, 1000)[0]!;
  expect(none.labels).toHaveLength(0);
  const { job } = given({}, { assemble: async () => new MemoryTeam(none, false) });
  await expect(trainBatch(job)).rejects.toMatchObject({ message: 'no examples in data/part.*', exitCode: 5 });
});

describe('weights start', () => {
  const keys = toKeys([5n, 2n ** 60n, 7n]);

  test('at 0 or at a constant', () => {
    expect([...startingWeights(keys, { type: 'ZERO' }, 1)]).toEqual([0, 0, 0]);
    expect([...startingWeights(keys, { type: 'CONSTANT', constant: 0.5 }, 1)]).toEqual([0.5, 0.5, 0.5]);
  });

  test('where a model has them, at 0 where it does not', () => {
    const model = { keys: toKeys([9n, 7n, 5n]), weights: Float64Array.of(3, 2, 1) };
    expect([...startingWeights(keys, { type: 'MODEL', model }, 1)]).toEqual([1, 0, 2]);
  });

  test('at random by the seed, with the mean and the deviation that are asked for', () => {
    const many = toKeys(Array.from({ length: 20_000 }, (_, i) => BigInt(i)));
    const start = { type: 'GAUSSIAN', mean: 2, std: 3 } as const;
    const weights = startingWeights(many, start, 1);
    const mean = weights.reduce((sum, w) => sum + w, 0) / weights.length;
    const deviation = Math.sqrt(weights.reduce((sum, w) => sum + (w - mean) ** 2, 0) / weights.length);
    // Five standard errors.
    expect(Math.abs(mean - 2)).toBeLessThan((5 * 3) / Math.sqrt(20_000));
    expect(Math.abs(deviation - 3)).toBeLessThan((5 * 3) / Math.sqrt(40_000));
    expect(startingWeights(many, start, 1)).toEqual(weights);
    expect(startingWeights(many, start, 2)).not.toEqual(weights);
  });
});
