import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { JobState } from '../../../training/distributed/state/job-state';
import { readPace } from '../../../training/distributed/state/work-queue';
import { openConnection, type ServerAddress } from '../../../training/store/servers/connection';
import { type LocalServers, startLocalServers } from '../../../training/store/servers/local-servers';
import { Servers, type StoreAddress } from '../../../training/store/servers/servers';
import { infoField } from '../../../training/store/servers/topology';
import { buildProgram, type Program } from '../../support/program';
import { runFolder } from '../../support/test-run';
import { countsOf } from '../../training/distributed/support/counting';
import { type CountingJob, leadCountingJob } from '../../training/distributed/support/counting-job';

const startWorker = buildProgram(join(__dirname, '../../training/distributed/programs/counting-worker.ts'));

const rows = 600_000;
/** Examples that a worker learns from between two syncs at most. */
const syncExamples = 1000;

/** Ends in seconds; machines differ, and servers may be away for half a minute. */
jest.setTimeout(180_000);

describe('a job with processes that are killed', () => {
  let local: LocalServers;
  let job: CountingJob;
  let workers: Program[];

  beforeEach(() => {
    workers = [];
  });

  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await local?.stop();
  });

  async function given(primaries: number, replicas: number): Promise<void> {
    local = await startLocalServers(primaries, replicas);
    job = {
      job: 'faults',
      address: local.address,
      replicas,
      rows,
      parts: 16,
      workers: 4,
      folder: await mkdtemp(join(runFolder(), 'checkpoints-')),
      conf: { passes: 1 },
      syncExamples,
    };
  }

  function hire(count: number): void {
    for (let i = 0; i < count; i++) workers.push(startWorker({ args: [job.job, JSON.stringify(local.address)] }));
  }

  /** Waits until so many rows were learned from. */
  async function learnedFrom(share: number): Promise<void> {
    const servers = await Servers.connect(local.address);
    while ((await readPace(new JobState(servers, job.job))).examples < share * rows) await delay(20);
    servers.close();
  }

  /** A row that was learned from twice counts twice; none may count less than once. */
  function expectEachRow(counts: readonly number[], most: { readonly repeated: number }): void {
    const expected = countsOf(rows);
    const surplus = counts.map((count, key) => count - expected[key]!);
    expect(Math.min(...surplus)).toBeGreaterThanOrEqual(0);
    expect(surplus.reduce((sum, more) => sum + more, 0)).toBeLessThanOrEqual(4 * most.repeated);
  }

  it.each([1, 2])(
    'loses no row when %i of four workers are killed, and repeats at most an interval of each',
    async (killed) => {
      await given(2, 0);
      const lead = leadCountingJob(job);
      hire(4);
      await learnedFrom(0.2);
      for (const worker of workers.slice(0, killed)) await worker.kill();
      expectEachRow(await lead, { repeated: killed * syncExamples });
      expect(await Promise.all(workers.slice(killed).map((worker) => worker.nextLine()))).toEqual(
        new Array(4 - killed).fill('{"status":"done"}'),
      );
    },
  );

  it('repeats no row when a worker is told to end', async () => {
    await given(1, 0);
    const lead = leadCountingJob(job);
    hire(3);
    await learnedFrom(0.2);
    workers[0]!.child.kill('SIGTERM');
    expect(await workers[0]!.nextLine()).toBe('"freed"');
    expectEachRow(await lead, { repeated: 0 });
  });

  it.each([1, 2])('loses nothing when one of %i replicated primaries is killed', async (primaries) => {
    await given(primaries, 1);
    const warnings: string[] = [];
    const lead = leadCountingJob({ ...job, warn: (text) => warnings.push(text) });
    hire(4);
    await learnedFrom(0.2);
    await killServer(local.address, local.address.servers[0]!);
    expectEachRow(await lead, { repeated: 0 });
    expect(warnings.join()).toMatch(/is away; its replica .* takes over/);
  });

  it('goes on with the workers that a killed scheduler left', async () => {
    await given(2, 0);
    const scheduler = startScheduler();
    hire(4);
    await learnedFrom(0.2);
    await scheduler.kill();
    await learnedFrom(0.4);
    expectEachRow(await leadCountingJob({ ...job, resume: true }), { repeated: 0 });
  });

  it('ends with code 4 when a server that has no replica is killed, and resumes from its checkpoint', async () => {
    await given(2, 0);
    const lead = leadCountingJob({ ...job, checkpointEvery: 500 }).catch(
      (error: { exitCode: number }) => error.exitCode,
    );
    hire(4);
    await learnedFrom(0.4);
    await killServer(local.address, local.address.servers[1]!);
    expect(await lead).toBe(4);
    const exits = await Promise.all(
      workers.map(({ child }) => child.exitCode ?? once(child, 'exit').then(([code]) => code)),
    );
    expect(exits).toEqual([4, 4, 4, 4]);
    await local.stop();

    local = await startLocalServers(3, 0);
    const resumed = leadCountingJob({ ...job, address: local.address, resume: true });
    hire(4);
    expectEachRow(await resumed, { repeated: 0 });
  });

  it('fails with the name of a part that three workers died of', async () => {
    await given(1, 0);
    const lead = leadCountingJob({ ...job, parts: 1 }).catch((error: Error) => error.message);
    for (let worker = 0; worker < 3; worker++) {
      hire(1);
      await learnedFrom(0.05 * (worker + 1));
      await workers.at(-1)!.kill();
    }
    hire(1);
    expect(await lead).toBe('rows, bytes 0 to 600000: three workers died of this part; look at its lines');
  });

  const buildScheduler = buildProgram(join(__dirname, '../../training/distributed/programs/counting-scheduler.ts'));
  const startScheduler = (): Program => {
    const program = buildScheduler({ args: [JSON.stringify(job)] });
    workers.push(program);
    return program;
  };
});

async function killServer(address: StoreAddress, server: ServerAddress): Promise<void> {
  const connection = await openConnection(server, address.password);
  process.kill(Number(await infoField(connection, 'server', 'process_id')), 'SIGKILL');
  connection.disconnect();
}
