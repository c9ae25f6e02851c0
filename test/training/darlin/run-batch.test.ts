import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyAt, toKeys } from '../../../learning/sparse/keys';
import { Checkpoints } from '../../../training/checkpoint/checkpoints';
import type { BatchConf } from '../../../training/conf/conf';
import type { SavedBatch } from '../../../training/darlin/batch-checkpoint';
import { passTable } from '../../../training/darlin/pass-table';
import { type BatchJob, runBatch } from '../../../training/darlin/run-batch';
import { MemoryTeam } from '../../../training/darlin/team';
import type { KeyedWeights } from '../../../training/keyed-weights';
import { problems } from '../../learning/darlin/support/problems';
import { batchConf } from './support/batch-conf';

const { examples, lambda } = problems.oneHotGroups(1);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelapp-batch-'));
  const lines = examples.map(
    ({ label, entries }) => `${label};${entries.map(({ key, group }) => ` ${group} ${key}`).join(';')};\n`,
  );
  await writeFile(join(folder, 'data'), lines.join(''));
});
afterEach(() => rm(folder, { recursive: true }));

/** Model files in memory: what was written under which name. */
class Written {
  readonly models = new Map<string, Map<number, number>>();
  async read([file]: readonly string[]): Promise<KeyedWeights> {
    const model = this.models.get(file!)!;
    return { keys: toKeys([...model.keys()].map(BigInt)), weights: Float64Array.from(model.values()) };
  }
  async write(prefix: string, { keys, weights }: KeyedWeights): Promise<readonly string[]> {
    this.models.set(prefix, new Map(Array.from(weights, (weight, j) => [Number(keyAt(keys, j)), weight])));
    return [`${prefix}_S0`];
  }
}

function given(changes: Partial<BatchConf> = {}, options: Partial<BatchJob> = {}) {
  const lines: string[] = [];
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const models = new Written();
  const conf: BatchConf = {
    ...batchConf,
    penalty: { l1: lambda, l2: 0 },
    trainingData: { ...batchConf.trainingData, files: [join(folder, 'data')] },
    modelOutput: 'model',
    ...changes,
  };
  const job: BatchJob = {
    conf,
    assemble: () => MemoryTeam.load(conf, { warn }),
    seed: 1,
    models,
    checkpoints: new Checkpoints<SavedBatch>(join(folder, '.checkpoint')),
    checkpointEvery: 60,
    resume: false,
    progress: passTable((line) => lines.push(line)),
    warn,
    ...options,
  };
  return { job, models, lines, warnings };
}

/** Keeps the objective away from its minimum, and so a training at work. */
const forFourPasses = { epsilon: 1e-15, maxPasses: 4 };

test('the model is written, and its files are told', async () => {
  const { job, models, warnings } = given();
  expect((await runBatch(job)).modelFiles).toEqual(['model_S0']);
  expect([...models.models.keys()]).toEqual(['model']);
  expect(models.models.get('model')!.size).toBe(100);
  expect(warnings).toEqual([]);
});

test('a snapshot of every second pass has the number of the pass in its name', async () => {
  const { job, models } = given({ ...forFourPasses, saveEveryPasses: 2 });
  const { state } = await runBatch(job);
  expect(state.passes).toBe(4);
  expect([...models.models.keys()]).toEqual(['model_it_1', 'model_it_3', 'model']);
  expect(models.models.get('model_it_3')).toEqual(models.models.get('model'));
});

test('a training starts from the weights of a model, so that the best ones are left as they are', async () => {
  const first = given();
  await runBatch(first.job);
  for (const changes of [{ modelInput: ['model'] }, { initialWeights: { type: 'FILE', file: 'model' } as const }]) {
    const { job, models, lines } = given(changes);
    models.models.set('model', first.models.models.get('model')!);
    await runBatch(job);
    expect(lines.at(-2)).toMatch(/^ {3}0 \|/);
    const [weights, expected] = [models, first.models].map((written) => [...written.models.get('model')!.values()]);
    for (const [j, weight] of weights!.entries()) expect(weight).toBeCloseTo(expected![j]!, 2);
  }
});

describe('a training that is stopped', () => {
  /** Stops a training in its second pass. */
  async function stop() {
    const ending = new AbortController();
    const { job, models } = given(forFourPasses, { signal: ending.signal });
    const { progress } = job;
    const stopping: BatchJob = {
      ...job,
      progress: {
        ...progress,
        pass(report, times) {
          progress.pass(report, times);
          if (report.pass === 1) ending.abort(new Error('stopped by SIGTERM'));
        },
      },
    };
    await expect(runBatch(stopping)).rejects.toThrow('stopped by SIGTERM');
    expect(models.models.size).toBe(0);
  }

  test('is resumed from its checkpoint, to the very model of an unbroken one', async () => {
    const unbroken = given(forFourPasses);
    await runBatch(unbroken.job);
    await stop();
    // How long it goes on may change.
    const { job, models, lines } = given({ ...forFourPasses, epsilon: 1e-16 }, { resume: true });
    await runBatch(job);
    expect(models.models).toEqual(unbroken.models.models);
    expect(lines.filter((line) => /^ {3}\d \|/.test(line)).map((line) => line.slice(0, 4))).toEqual(['   2', '   3']);
    expect(await readdir(folder)).toEqual(['data']);
  });

  test('is not resumed with another configuration', async () => {
    await stop();
    const { job } = given({ ...forFourPasses, deltaMax: 4 }, { resume: true });
    await expect(runBatch(job)).rejects.toMatchObject({
      message: expect.stringContaining('train without --resume'),
      exitCode: 2,
    });
  });

  test('starts anew with a notice if there is no checkpoint', async () => {
    const { job, warnings } = given({}, { resume: true });
    await runBatch(job);
    expect(warnings).toEqual(['there is no whole checkpoint to resume from; the training starts anew']);
  });

  test('has a checkpoint of each pass if it is to have one as often', async () => {
    const written: number[] = [];
    class Counted extends Checkpoints<SavedBatch> {
      override write(...args: Parameters<Checkpoints<SavedBatch>['write']>) {
        written.push(args[0].passes);
        return super.write(...args);
      }
    }
    const checkpoints = new Counted(join(folder, '.checkpoint'));
    await runBatch(given(forFourPasses, { checkpoints, checkpointEvery: 0 }).job);
    expect(written).toEqual([1, 2, 3, 4]);
  });
});
