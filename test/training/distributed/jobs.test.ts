import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { placeOnServers } from '../../../training/distributed/on-servers';
import { runWorker } from '../../../training/distributed/worker';
import { type LocalServers, startLocalServers } from '../../../training/store/servers/local-servers';
import { Servers } from '../../../training/store/servers/servers';
import { runFolder } from '../../support/test-run';
import { countingLearner, countsOf, readRows } from './support/counting';
import { leadCountingJob } from './support/counting-job';

describe('a job of several workers', () => {
  let local: LocalServers;
  let folder: string;
  let job = 0;

  beforeAll(async () => {
    local = await startLocalServers(2, 0);
  });

  afterAll(() => local?.stop());

  beforeEach(async () => {
    job++;
    folder = await mkdtemp(join(runFolder(), 'checkpoints-'));
  });

  async function work(signal = new AbortController().signal) {
    const servers = await Servers.connect(local.address);
    try {
      return await runWorker({
        ...placeOnServers(servers, `job${job}`),
        readPart: (plan, part, { offset }) => readRows(plan, part, offset),
        createLearner: () => countingLearner,
        signal,
      });
    } finally {
      servers.close();
    }
  }

  it.each([0, 2])('learns from each row once in each pass, with a delay of %i', async (maxDelay) => {
    const lead = leadCountingJob({
      job: `job${job}`,
      address: local.address,
      rows: 100_000,
      parts: 13,
      workers: 3,
      folder,
      conf: { passes: 2, maxDelay },
    });
    const outcomes = await Promise.all([work(), work(), work()]);
    expect(outcomes).toEqual([{ status: 'done' }, { status: 'done' }, { status: 'done' }]);
    expect(await lead).toEqual(countsOf(100_000).map((count) => 2 * count));
  });
});
