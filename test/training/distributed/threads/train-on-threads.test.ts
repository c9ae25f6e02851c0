import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Random } from '../../../../learning/random';
import { Checkpoints } from '../../../../training/checkpoint/checkpoints';
import type { OnlineConf } from '../../../../training/conf/conf';
import type { SavedJob } from '../../../../training/distributed/state/job-state';
import { trainOnThreads } from '../../../../training/distributed/threads/train-on-threads';
import type { JobTraining, TrainedJob } from '../../../../training/distributed/train-job';
import { evaluate } from '../../../../training/evaluation/evaluate';
import type { KeyedWeights } from '../../../../training/keyed-weights';
import type { ProgressRow } from '../../../../training/online/progress-row';
import { type OnlinePosition, type SavedOnline, trainOnline } from '../../../../training/online/train-online';
import { runFolder } from '../../../support/test-run';
import { onlineConf } from '../../online/online-conf';

const files = 8;
const rowsOfFile = 5000;
const passes = 2;

describe('online training on threads', () => {
  let folder: string;
  let warnings: string[];
  let rows: ProgressRow[];

  beforeAll(async () => {
    folder = await mkdtemp(join(runFolder(), 'threads-'));
    for (let file = 0; file < files; file++) await writeFile(part(file), clicks(rowsOfFile, file));
    await writeFile(join(folder, 'test.svm'), clicks(10_000, files));
  });

  beforeEach(() => {
    warnings = [];
    rows = [];
  });

  const part = (number: number, name = 'part'): string => join(folder, `${name}-${number}`);

  /** Rows of ten of 300 keys each, few of which are frequent, whose labels follow a sparse linear model. */
  function clicks(count: number, seed: number): string {
    const random = new Random(seed + 1);
    const lines = Array.from({ length: count }, () => {
      const keys = [...new Set(Array.from({ length: 10 }, () => Math.floor(300 * random.uniform() ** 3)))];
      const margin = keys.reduce((sum, key) => sum + Math.sin(key), -1);
      const label = random.uniform() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
      return `${label} ${keys.map((key) => `${key}:1`).join(' ')}\n`;
    });
    return lines.join('');
  }

  const confOf = (changes: Partial<OnlineConf> = {}, name = 'part-*'): OnlineConf =>
    onlineConf(join(folder, name), { minibatch: 100, passes, ...changes });

  const train = (
    changes: Partial<JobTraining> = {},
    deliver = async (trained: TrainedJob): Promise<TrainedJob> => trained,
  ) =>
    trainOnThreads(
      {
        conf: confOf(),
        workers: 2,
        seed: 1,
        syncExamples: undefined,
        badLines: undefined,
        startWeights: async () => undefined,
        checkpoints: new Checkpoints(join(folder, 'checkpoints')),
        checkpointEvery: 3600,
        resume: false,
        row: (row) => void rows.push(row),
        warn: (text) => void warnings.push(text),
        signal: new AbortController().signal,
        ...changes,
      },
      deliver,
    );

  async function loglossOf(model: KeyedWeights): Promise<number> {
    const { trainingData } = confOf({}, 'test.svm');
    const { metrics } = await evaluate(model, trainingData, 'LOGIT', { say: () => {}, warn: () => {} });
    return (metrics as { readonly logloss: number }).logloss;
  }

  it.each([1, 2, 4])('learns as well with %i threads as one worker alone', async (workers) => {
    const quiet = { row: () => {}, warn: () => {} };
    const alone = await trainOnline({ conf: confOf(), seed: 1, checkpointEvery: 3600, resume: false, ...quiet });

    const { model, learned } = await train({ workers });

    expect(learned).toMatchObject({ examples: passes * files * rowsOfFile, lines: files * rowsOfFile, badLines: 0 });
    expect(learned.nonzeros).toBe(model.weights.length);
    expect(rows.at(-1)).toMatchObject({ examples: learned.examples, nonzeros: learned.nonzeros });
    expect(warnings).toEqual([]);
    expect((await loglossOf(model)) / (await loglossOf(alone.model))).toBeCloseTo(1, 2);
  });

  it('goes on from its checkpoint after it was stopped, and from the start weights only if there is none', async () => {
    const conf = confOf({ reportInterval: 0 });
    const stop = new AbortController();
    const row = ({ examples }: ProgressRow): void => {
      if (examples > 0) stop.abort(new Error('stopped'));
    };
    await expect(train({ conf, row, signal: stop.signal })).rejects.toThrow('stopped');

    const { learned } = await train({
      conf,
      resume: true,
      startWeights: () => Promise.reject(new Error('there is a checkpoint')),
    });

    expect(warnings).toEqual([]);
    expect(learned).toMatchObject({ examples: passes * files * rowsOfFile, lines: files * rowsOfFile });
  });

  it('tells how far it is', async () => {
    const positions: OnlinePosition[] = [];

    await train({ position: (position) => void positions.push(position) });

    const examples = passes * files * rowsOfFile;
    const all = { pass: passes - 1, passes, parts: files, partsOfPass: files, share: 1, examples };
    expect(positions.at(-1)).toEqual(all);
  });

  it('keeps its checkpoint until the model is where it belongs', async () => {
    const checkpoints = new Checkpoints<SavedJob>(join(folder, 'undelivered'));
    const deliver = () => Promise.reject(new Error('the disk is full'));

    await expect(train({ checkpoints, checkpointEvery: 0 }, deliver)).rejects.toThrow('the disk is full');

    expect(await checkpoints.newest()).toBeDefined();
    const { learned } = await train({ checkpoints, resume: true });
    expect(learned.examples).toBe(passes * files * rowsOfFile);
    expect(await checkpoints.newest()).toBeUndefined();
  });

  it('refuses to go on as several workers with what one began alone, and the other way round', async () => {
    const stopping = (): AbortSignal => AbortSignal.abort(new Error('stopped'));
    const alone = (checkpoints: Checkpoints<SavedOnline>, resume: boolean) =>
      trainOnline({
        ...{ conf: confOf(), seed: 1, checkpointEvery: 3600, row: () => {}, warn: () => {} },
        ...{ checkpoints, resume, signal: stopping() },
      });
    await expect(alone(new Checkpoints(join(folder, 'alone')), false)).rejects.toThrow('stopped');
    await expect(train({ checkpoints: new Checkpoints(join(folder, 'several')), signal: stopping() })).rejects.toThrow(
      'stopped',
    );

    await expect(train({ checkpoints: new Checkpoints(join(folder, 'alone')), resume: true })).rejects.toMatchObject({
      message: 'the job began with one worker; resume it so, or train without --resume',
      exitCode: 2,
    });
    await expect(alone(new Checkpoints(join(folder, 'several')), true)).rejects.toMatchObject({
      message: 'the job began with several workers; resume it so, or train without --resume',
      exitCode: 2,
    });
  });

  it('says so when there is nothing to resume, and starts from the weights that it is given', async () => {
    const unseen: KeyedWeights = { keys: Uint32Array.of(100_000, 0), weights: Float64Array.of(0.25) };

    const { model } = await train({ resume: true, startWeights: async () => unseen });

    expect(warnings).toEqual(['there is no whole checkpoint to resume from; the training starts anew']);
    expect(model.keys.at(-2)).toBe(100_000);
    expect(model.weights.at(-1)).toBeCloseTo(0.25);
  });

  it('reports the bad lines of all threads by file and line', async () => {
    for (let file = 0; file < 2; file++) {
      const lines = (await readFile(part(file), 'utf8')).split('\n');
      lines[41] = 'neither';
      await writeFile(part(file, 'bad'), lines.join('\n'));
    }

    const { learned } = await train({ conf: confOf({}, 'bad-*') });

    expect(learned).toMatchObject({ lines: 2 * rowsOfFile, badLines: 2, examples: passes * 2 * (rowsOfFile - 1) });
    expect(warnings.sort()).toEqual([expect.stringMatching(/bad-0:42: /), expect.stringMatching(/bad-1:42: /)]);
  });

  it('refuses data with too many bad lines', async () => {
    await writeFile(part(0, 'worse'), 'neither\n'.repeat(2000));

    await expect(train({ conf: confOf({}, 'worse-*') })).rejects.toMatchObject({ exitCode: 5 });
  });

  it('ends with what is wrong with a file', async () => {
    await writeFile(join(folder, 'torn.gz'), Buffer.from('1f8b0800', 'hex'));

    await expect(train({ conf: confOf({}, 'torn.gz') })).rejects.toMatchObject({
      message: expect.stringContaining('torn.gz'),
      exitCode: 5,
    });
  });

  it('fails when the loss is not finite', async () => {
    await writeFile(part(0, 'huge'), '1 1:1e300 2:1e300\n0 1:1e300 2:-1e300\n'.repeat(1000));

    await expect(train({ conf: confOf({ loss: 'SQUARE' }, 'huge-*') })).rejects.toMatchObject({
      message: expect.stringMatching(/^the model diverged/),
      exitCode: 1,
    });
  });
});
