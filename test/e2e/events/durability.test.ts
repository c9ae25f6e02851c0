import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { Random } from '../../../learning/random';
import { createTestApp, type TestApp } from '../../support/event-service';
import { startTestServer, type TestServer } from '../../support/postgres/database';
import { type CommitCutter, type Moment, openCommitCutter } from '../support/commit-cutter';
import { Place, signal } from '../support/place';
import { type Product, stablePort, startProduct } from '../support/product';
import { writeProject } from '../support/project';
import { buildVariant } from '../support/variant';
import { auditEvents, type EventFindings, faultless } from './support/event-audit';
import { EventLoad } from './support/event-load';

// Generous, as for all tests: each starts the product several times.
jest.setTimeout(300_000);

const seeds = 20;

describe('An event server under load', () => {
  let server: TestServer;
  let pool: Pool;
  let cutter: CommitCutter;
  let app: TestApp;
  let place: Place;
  let product: Product;
  let options: Parameters<typeof startProduct>[0];

  beforeAll(async () => {
    server = await startTestServer();
    pool = new Pool({ connectionString: server.url });
    pool.on('error', () => {});
    // The limit of connections holds for all but superusers.
    await pool.query(`create role product login password 'for-tests-only'`);
    await pool.query('grant all on schema public to product');
    const own = new URL(server.url);
    own.username = 'product';
    cutter = await openCommitCutter(own.href);
    place = new Place();
    const config = writeProject(place, { events: { commitWaitMs: 1_500 } });
    const [port, eventsPort] = [await stablePort(), await stablePort()];
    options = { place, port, eventsPort, config, database: cutter.url };
    product = await startProduct(options);
  });
  afterAll(async () => {
    await place.remove();
    await cutter.close();
    await pool.end();
    await server.remove();
  });
  beforeEach(async () => {
    app = await createTestApp({ pool });
  });

  /** Does something bad again and again, at random moments, and looks at what came of it. */
  async function findingsAfter(times: number, seed: number, harm: (random: Random) => Promise<void>) {
    const random = new Random(seed);
    const target = { url: () => product.eventsUrl, key: app.key, seed };
    const load = await EventLoad.during(target, async (running) => {
      for (let n = 0; n < times; n += 1) {
        await running.untilStored(10);
        await sleep(random.below(50));
        await harm(random);
      }
      // It recovers unaided.
      await running.untilStored(10);
    });
    return { load, findings: await auditEvents(pool, app.id, load) };
  }

  it('loses, doubles and halves nothing when its processes are killed', async () => {
    let kills = 0;
    const { load, findings } = await findingsAfter(seeds, 1, async (random) => {
      kills += 1;
      if (kills % 5 > 0) {
        const workers = product.workers();
        for (const worker of workers.slice(random.below(workers.length)).slice(0, 1)) signal(worker, 'SIGKILL');
        return;
      }
      await place.kill();
      product = await startProduct(options);
    });

    expect(findings).toEqual(faultless);
    expect(load.sent.some(({ answer }) => answer === 'open')).toBe(true);
  });

  it('loses, doubles and halves nothing when PostgreSQL is killed, and answers only 201 or 503', async () => {
    const { findings } = await findingsAfter(seeds, 2, async (random) => {
      await server.kill();
      await sleep(random.below(200));
      await server.start();
    });

    expect(findings).toEqual(faultless);
  });

  it.each<Moment>(['before', 'after'])('doubles nothing when connections are cut %s COMMIT', async (moment) => {
    const cutsBefore = cutter.cuts;
    cutter.cutEvery(3, moment);
    const { findings } = await findingsAfter(seeds, 3, async () => sleep(20));
    cutter.cutEvery(0);

    expect(findings).toEqual(faultless);
    expect(cutter.cuts - cutsBefore).toBeGreaterThanOrEqual(seeds);
  });

  it('tells the truth about what it stored when PostgreSQL stands still', async () => {
    let paused = 0;
    const { load, findings } = await findingsAfter(seeds, 4, async (random) => {
      server.pause();
      paused += 1;
      // Of every fifth time longer than a request may wait.
      await sleep(paused % 5 === 0 ? 2_000 : random.below(100));
      server.resume();
    });

    expect(findings).toEqual(faultless);
    expect(load.sent.some(({ answer }) => answer === 'nothing stored')).toBe(true);
  });

  it('answers 503 and recovers when the database has no connection left', async () => {
    let harms = 0;
    const { load, findings } = await findingsAfter(seeds, 5, async () => {
      harms += 1;
      await pool.query('alter role product connection limit 0');
      await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'product'`);
      // Of every fifth time longer than a request may wait.
      await sleep(harms % 5 === 0 ? 2_000 : 50);
      await pool.query('alter role product connection limit -1');
    });

    expect(findings).toEqual(faultless);
    expect(load.sent.some(({ answer }) => answer === 'nothing stored')).toBe(true);
  });
});

test('The audit finds the losses of a product that acknowledges events before it stores them', async () => {
  const variant = await buildVariant('service/database/commit/group-commit.ts', 'acknowledges-early');
  const server = await startTestServer();
  const pool = new Pool({ connectionString: server.url });
  const place = new Place();
  let findings: EventFindings = faultless;
  try {
    const [port, eventsPort] = [await stablePort(), await stablePort()];
    const options = { place, port, eventsPort, database: server.url, program: variant.program };
    let product = await startProduct(options);
    const app = await createTestApp({ pool });
    const target = { url: () => product.eventsUrl, key: app.key, seed: 6 };
    const load = await EventLoad.during(target, async (running) => {
      for (let n = 0; n < 2; n += 1) {
        await running.untilStored(20);
        await place.kill();
        product = await startProduct(options);
      }
    });
    findings = await auditEvents(pool, app.id, load);
  } finally {
    await place.remove();
    await pool.end();
    await server.remove();
    variant.remove();
  }

  expect(findings.missing).not.toEqual([]);
  expect(findings).toEqual({ ...faultless, missing: findings.missing });
});
