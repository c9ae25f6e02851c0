import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyAt, keyCount } from '../../../learning/sparse/keys';
import { Checkpoints } from '../../../training/checkpoint/checkpoints';
import { type DistributedTraining, trainDistributed } from '../../../training/distributed/train-distributed';
import { trainAsWorker } from '../../../training/distributed/train-worker';
import { type LocalServers, startLocalServers } from '../../../training/store/servers/local-servers';
import { runFolder } from '../../support/test-run';
import { countingConf } from './support/counting';

const keys = 500;
/** How often each key is in the data, evenly over all of it. */
const times = 100;

describe('a job that leaves out rare keys', () => {
  let folder: string;
  let local: LocalServers;
  let jobs = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(runFolder(), 'tail-'));
    const rows = Array.from({ length: keys * times }, (_, row) => `${row % 2} ${row % keys}:1\n`);
    await writeFile(join(folder, 'rows.svm'), rows.join(''));
  });

  beforeEach(async () => {
    local = await startLocalServers(1, 0);
  });

  afterEach(() => local?.stop());

  /** Trains with one worker; the keys that were admitted. */
  async function train(changes: Partial<DistributedTraining>): Promise<readonly number[]> {
    const over = new AbortController();
    const job = `tail${++jobs}`;
    const conf = countingConf();
    const work = trainAsWorker(local.address, job, over.signal);
    const training: DistributedTraining = {
      job,
      conf: {
        ...conf,
        trainingData: { ...conf.trainingData, files: [join(folder, 'rows.svm')] },
        reportInterval: 0,
        tail: { frequency: times - 1, countMinRows: 2, countMinSize: 1e6 },
      },
      address: local.address,
      isOwn: true,
      replicas: 0,
      workers: 1,
      seed: 1,
      syncExamples: 100,
      badLines: undefined,
      startWeights: async () => undefined,
      checkpoints: new Checkpoints(join(folder, 'checkpoints')),
      checkpointEvery: 3600,
      resume: false,
      row: () => {},
      warn: () => {},
      signal: over.signal,
      ...changes,
    };
    const { keys } = await trainDistributed(training, async ({ model }) => model).finally(async () => {
      over.abort();
      await work;
    });
    return Array.from({ length: keyCount(keys) }, (_, i) => Number(keyAt(keys, i)));
  }

  it('admits the same keys when it is saved and resumed on other servers', async () => {
    const all = Array.from({ length: keys }, (_, key) => key);
    expect(await train({})).toEqual(all);

    const stop = new AbortController();
    const row: DistributedTraining['row'] = ({ examples }) => {
      if (examples > 0.2 * keys * times) stop.abort(new Error('stopped'));
    };
    await expect(train({ row, signal: stop.signal })).rejects.toThrow('stopped');
    await local.stop();
    local = await startLocalServers(1, 0);

    expect(await train({ resume: true })).toEqual(all);
  });
});
