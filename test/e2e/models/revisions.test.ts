import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Environment } from '../../../config/environment';
import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';
import { audit, faultless } from '../support/audit';
import { Load } from '../support/load';
import { Place } from '../support/place';
import { type Product, stablePort, startProduct } from '../support/product';
import { until } from '../support/wait';

// Generous, as for all tests: each starts the product several times.
jest.setTimeout(300_000);

/** A change reaches every process of every instance within this time, in milliseconds. */
const promisedMs = 2_000;

describe('Two instances under load whose revisions change', () => {
  const places = [new Place(), new Place()] as const;
  let database: TestDatabase;
  let instances: readonly [Product, Product];

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
    const environment = { [Environment.modelLocation]: join(places[0].folder, 'models') };
    const start = async (place: Place) =>
      startProduct({ place, environment, port: await stablePort(), database: database.url, processes: 2 });
    instances = [await start(places[0]), await start(places[1])];
  });
  afterAll(async () => {
    for (const place of places) await place.remove();
    await database.drop();
  });

  /** What a management route answers; any other status than 200 fails. */
  async function call(instance: Product, method: string, path: string): Promise<unknown> {
    const response = await fetch(`${instance.url}${path}`, { method });
    const body = await response.json();
    expect({ path, status: response.status, body }).toEqual({ path, status: 200, body });
    return body;
  }

  interface Revisions {
    readonly active: number;
    readonly revisions: readonly { readonly revision: number }[];
  }
  const list = async (instance: Product) => (await call(instance, 'GET', '/models/iris/revisions')) as Revisions;

  /** Waits for a job, on the instance that did not take it. */
  async function finish(job: unknown): Promise<{ status: string; revision: number | null }> {
    const { job_id } = job as { job_id: string };
    let seen = { status: '', revision: null };
    await until('the job is over', async () => {
      seen = (await call(instances[1], 'GET', `/jobs/${job_id}`)) as typeof seen;
      return !['queued', 'running'].includes(seen.status);
    });
    expect(seen.status).toBe('finished');
    return seen;
  }

  it('answer without an error, by the revision they name, which is the new one everywhere within 2 s', async () => {
    const [one, other] = instances;
    const existing = new Set<number>([1]);
    const late: unknown[] = [];
    const trained: number[] = [];

    const [ofOne, ofOther] = await underLoad(async (loads) => {
      const settle = async (expected: number) => {
        await sleep(promisedMs);
        const settledAt = Date.now();
        for (const load of loads) {
          await load.untilAnswered(50);
          late.push(...load.answers.filter(({ sentAt, revision }) => sentAt >= settledAt && revision !== expected));
        }
      };
      const train = async (instance: Product, query = '') => {
        const { revision } = await finish(await call(instance, 'POST', `/fit${query}`));
        trained.push(revision as number);
        existing.add(revision as number);
        return revision as number;
      };

      await settle(await train(one));
      await settle(await train(other));
      await call(one, 'POST', '/models/iris/revisions/1/activate');
      await settle(1);
      await call(other, 'POST', '/models/iris/rollback');
      await settle(3);
      const idle = await train(one, '?activate=false');
      await call(other, 'DELETE', `/models/iris/revisions/${idle}`);
      await settle(3);
      await settle(await train(other));
      await finish(await call(one, 'POST', '/update-model-cache'));
    });

    for (const load of [ofOne, ofOther]) {
      expect(load.failures.slice(0, 5)).toEqual([]);
      expect(load.answers.filter(({ revision }) => !existing.has(revision))).toEqual([]);
    }
    expect(late).toEqual([]);
    expect(trained).toEqual([2, 3, 4, 5]);
    expect((await list(one)).revisions.map(({ revision }) => revision).sort()).toEqual([1, 2, 3, 5]);
    for (const instance of instances) await instance.untilShipped();
    const answers = [...ofOne.answers, ...ofOther.answers];
    const data = places.map((place) => place.data);
    expect(await audit(database.pool, answers, data)).toEqual(faultless);
  });

  /** A client for each instance, during some work. */
  async function underLoad(work: (loads: readonly Load[]) => Promise<void>): Promise<readonly [Load, Load]> {
    let second: Load | undefined;
    const first = await Load.during(instances[0].url, { seed: 1, pauseMs: 5 }, async (load) => {
      second = await Load.during(instances[1].url, { seed: 2, pauseMs: 5 }, (other) => work([load, other]));
    });
    return [first, second as Load];
  }
});
