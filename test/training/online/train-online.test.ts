import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyAt } from '../../../learning/sparse/keys';
import { Checkpoints } from '../../../training/checkpoint/checkpoints';
import type { OnlineConf } from '../../../training/conf/conf';
import type { KeyedWeights } from '../../../training/keyed-weights';
import type { ProgressRow } from '../../../training/online/progress-row';
import { type OnlineTraining, type SavedOnline, trainOnline } from '../../../training/online/train-online';
import { writeClicks } from '../sparse-linear/click-data';
import { onlineConf } from './online-conf';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'train-online-'));
  file = writeClicks(folder, 'train.svm', 330, 1);
});

afterEach(() => rmSync(folder, { recursive: true }));

function given(changes: Partial<OnlineConf> = {}, options: Partial<OnlineTraining> = {}) {
  const rows: ProgressRow[] = [];
  const warnings: string[] = [];
  const training: OnlineTraining = {
    conf: onlineConf(file, changes),
    seed: 1,
    checkpoints: new Checkpoints<SavedOnline>(join(folder, 'checkpoint')),
    checkpointEvery: 3600,
    resume: false,
    row: (row) => rows.push(row),
    warn: (text) => warnings.push(text),
    ...options,
  };
  return { training, rows, warnings };
}

const weightsOf = ({ keys, weights }: KeyedWeights): Map<bigint, number> =>
  new Map(Array.from(weights, (weight, i) => [keyAt(keys, i), weight]));

describe('online training in one process', () => {
  test('does the steps of FTRL-Proximal, minibatch after minibatch', async () => {
    writeFileSync(file, '1 7:1\n1 7:1 9:2\n0 9:1\n');
    const { training } = given({ minibatch: 1, passes: 1, penalty: { l1: 0.1, l2: 0 } });

    const { model } = await trainOnline(training);

    // By hand: key 7 has g = −.5, then −.46671; key 9 has g = −.93342, then one at its own margin.
    const w7 = 0.13333333333333333;
    const t2 = 1 / (1 + Math.exp(w7));
    const [g7, g9] = [-t2, -2 * t2];
    const n7 = 0.25 + g7 ** 2;
    const z7 = -0.5 + g7 - ((Math.sqrt(n7) - 0.5) / 0.5) * w7;
    const n9 = g9 ** 2;
    const w9 = -(g9 + 0.1) / ((1 + Math.sqrt(n9)) / 0.5);
    const g = 1 - 1 / (1 + Math.exp(w9));
    const z9 = g9 + g - ((Math.sqrt(n9 + g ** 2) - Math.sqrt(n9)) / 0.5) * w9;
    const weights = weightsOf(model);
    expect(weights.get(7n)).toBeCloseTo(-(z7 + 0.1) / ((1 + Math.sqrt(n7)) / 0.5), 12);
    expect(weights.get(9n)).toBeCloseTo(-(z9 + 0.1) / ((1 + Math.sqrt(n9 + g ** 2)) / 0.5), 12);
  });

  test('tells in its last row of all examples and of the weights that are not zero', async () => {
    const { training, rows } = given();

    const { model } = await trainOnline(training);

    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ examples: 990, nonzeros: model.weights.filter((weight) => weight !== 0).length });
  });

  test('starts from the weights of a model', async () => {
    const { model } = await trainOnline(given().training);

    const { model: again } = await trainOnline(given({ passes: 0 }, { start: model }).training);

    for (const [key, weight] of weightsOf(again)) expect(weight).toBeCloseTo(weightsOf(model).get(key)!, 12);
  });

  test.each([
    ['FTRL', {}],
    ['SGD', { algorithm: 'SGD' }],
    ['a tail filter', { tail: { frequency: 60, countMinRows: 2, countMinSize: 1000 } }],
    ['shuffled lines', {}],
  ] as const)('has the bytes of an unbroken run after any stop and resume, with %s', async (what, changes) => {
    const conf = { ...changes, ...(what === 'shuffled lines' && shuffled()) };
    const unbroken = await trainOnline(given(conf).training);

    for (const steps of [1, 16, 17, 18, 40]) {
      const stop = new AbortController();
      let left = steps;
      const position = () => void (--left === 0 && stop.abort(new Error('stopped')));
      await expect(trainOnline(given(conf, { position, signal: stop.signal }).training)).rejects.toThrow('stopped');
      const resumed = await trainOnline(given(conf, { resume: true }).training);

      expect(weightsOf(resumed.model)).toEqual(weightsOf(unbroken.model));
      expect(resumed.learned).toEqual(unbroken.learned);
    }
  });

  const shuffled = () => ({ trainingData: { ...onlineConf(file).trainingData, shuffle: true } });

  test('starts anew with a notice if there is nothing to resume from', async () => {
    const { training, warnings } = given({}, { resume: true });

    await trainOnline(training);

    expect(warnings).toEqual(['there is no whole checkpoint to resume from; the training starts anew']);
  });

  test.each([
    ['more passes', { passes: 5 }, true],
    ['another report_interval', { reportInterval: 9 }, true],
    ['another penalty', { penalty: { l1: 2, l2: 0 } }, false],
  ])('resumes with %s: %p', async (_, changes, isFine) => {
    const { training } = given({}, { checkpointEvery: 0 });
    await trainOnline(training);

    const resumed = trainOnline(given(changes, { resume: true }).training);

    if (isFine) await expect(resumed).resolves.toBeDefined();
    else await expect(resumed).rejects.toMatchObject({ exitCode: 2, message: /^the configuration or the data is not/ });
  });

  test('keeps two checkpoints', async () => {
    await trainOnline(given({}, { checkpointEvery: 0 }).training);

    expect(readdirSync(join(folder, 'checkpoint'))).toHaveLength(2);
  });

  test('shows bad lines and goes on, up to a limit', async () => {
    writeFileSync(file, `1 7:x\n${'0 8:1\n'.repeat(200)}`);
    const { training, warnings } = given();

    await trainOnline(training);

    expect(warnings).toEqual([expect.stringMatching(/train\.svm:1: /)]);
    const strict = given({}, { badLines: { lines: 0 } });
    await expect(trainOnline(strict.training)).rejects.toMatchObject({ exitCode: 5 });
  });

  test('fails when the loss is not finite, and says what to do', async () => {
    writeFileSync(file, '1 7:1e200\n'.repeat(100));
    const { training } = given({
      loss: 'SQUARE',
      algorithm: 'SGD',
      learningRate: { type: 'CONSTANT', alpha: 1, beta: 0 },
    });

    await expect(trainOnline(training)).rejects.toMatchObject({ exitCode: 1, message: /diverged.*alpha/ });
  });
});
