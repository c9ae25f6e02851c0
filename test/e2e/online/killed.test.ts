import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../../learning/random';
import { childrenOf, signal } from '../support/place';
import { until } from '../support/wait';
import { auditObservations, faultless } from './support/audit';
import { FilmLovers } from './support/film-lovers';
import { model } from './support/films';
import { type Instance, Instances } from './support/instances';
import { lastingDifferences } from './support/settling';

// Generous, as for all tests: it starts the product several times.
jest.setTimeout(600_000);

/** Longest time between instances that answer and the next kill, in milliseconds. */
const longestPauseMs = 300;

describe('Two instances whose users are observed while processes are killed', () => {
  let instances: Instances;
  let one: Instance;
  let other: Instance;

  beforeAll(async () => {
    instances = await Instances.start();
    [one, other] = instances.all;
  });
  afterAll(() => instances?.remove());

  it('keep what they answered to have stored, and predict by all of it, after a restart too', async () => {
    // GIVEN
    const random = new Random(1);
    const victims = random.shuffle([...times(8, killRequestProcess), killSupervisor, killAll]);
    // WHEN
    const lovers = await FilmLovers.during(instances.urls, 1, async (load) => {
      for (const kill of victims) {
        await load.untilObserved(30);
        await sleep(random.below(longestPauseMs));
        await kill(instances.all[random.below(2)] as Instance, random);
      }
      await load.untilObserved(30);
    });
    // THEN
    expect(lovers.wrong).toEqual([]);
    expect(await auditObservations(instances.pool, lovers.scores)).toEqual(faultless);
    for (const instance of instances.all) await instance.untilWhole();
    expect(await lastingDifferences(instances)).toEqual([]);

    const before = await one.scores();
    await Promise.all(instances.all.map(killAll));
    expect(await one.scores()).toEqual(before);
    expect(await other.scores()).toEqual(before);
  });

  it('go on learning when the one that sees to it is killed', async () => {
    // GIVEN an instance that alone can have the lease, and then another one
    await other.place.kill();
    await one.call(`/observe/${model}`, { uid: 1, context: 1, score: 20 });
    await until('the one that is left learns', () => instances.haveLearnt());
    await other.start();
    const before = await holder();
    // WHEN
    await one.place.kill();
    await other.call(`/observe/${model}`, { uid: 2, context: 2, score: -20 });
    await until('the other one learns', () => instances.haveLearnt());
    // THEN
    expect(await holder()).toBeGreaterThan(before);
    await one.start();
    expect(await lastingDifferences(instances)).toEqual([]);
  });

  it('end the job of a trainer that is killed with its instance as an error, and train again', async () => {
    const load = await FilmLovers.during(instances.urls, 2, async (running) => {
      await running.untilObserved(30);
      const { value } = await one.call(`/retrain/${model}?wait=false`);
      const { job_id } = value as { job_id: string };
      await until('a trainer runs', () => instances.all.some(trains));
      const [killed, left] = trains(one) ? [one, other] : [other, one];
      await killed.place.kill();

      expect(await left.call(`/retrain/${model}`)).toEqual({ status: 200, value: 'Failed to acquire lock' });
      await until('the lock is free and the job over', async () => (await statusOf(job_id)) !== 'running');
      expect(await statusOf(job_id)).toBe('error');
      expect(await left.call(`/retrain/${model}`)).toEqual({ status: 200, value: 'Success' });
      await running.untilObserved(30);
      await killed.start();
    });
    expect(load.wrong).toEqual([]);
  });

  async function statusOf(jobId: string): Promise<string> {
    const { rows } = await instances.pool.query('select status from jobs_1_0_0 where job_id = $1', [jobId]);
    return rows[0].status;
  }

  /** The number of the lease of online updates, which grows each time it changes hands. */
  async function holder(): Promise<number> {
    const { rows } = await instances.pool.query('select fencing from online_updates_1_0_0 where model = $1', [model]);
    return Number(rows[0].fencing);
  }
});

const trains = ({ product }: Instance): boolean => childrenOf(product.command.pid, 'train-job').length > 0;

const times = <T>(count: number, what: T): readonly T[] => Array.from({ length: count }, () => what);

async function killRequestProcess({ product }: Instance, random: Random): Promise<void> {
  const workers = product.workers();
  for (const worker of workers.slice(random.below(workers.length)).slice(0, 1)) signal(worker, 'SIGKILL');
}

async function killSupervisor(instance: Instance): Promise<void> {
  await instance.product.killSupervisor();
  await instance.start();
}

async function killAll(instance: Instance): Promise<void> {
  await instance.place.kill();
  await instance.start();
}
