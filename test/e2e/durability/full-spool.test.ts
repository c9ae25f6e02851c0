import { mkdirSync } from 'node:fs';
import { Pool } from 'pg';
import type { ConfigInput } from '../../../config/schema';
import { startTestServer, type TestServer } from '../../support/postgres/database';
import { audit, type Findings, faultless } from '../support/audit';
import { Load } from '../support/load';
import { mountInMemory } from '../support/mount';
import { Place } from '../support/place';
import { type Product, stablePort, startProduct } from '../support/product';
import { writeProject } from '../support/project';
import { until } from '../support/wait';

// Generous, as for all tests: each starts the product several times.
jest.setTimeout(300_000);

describe('A service whose spool is full', () => {
  let place: Place;
  let server: TestServer;
  const undo: (() => unknown)[] = [];

  beforeEach(async () => {
    place = new Place();
    server = await startTestServer();
  });
  afterEach(async () => {
    await place.kill();
    for (const step of undo.splice(0)) step();
    await place.remove();
    await server.remove();
  });

  const start = async (changes: Partial<ConfigInput> = {}): Promise<Product> =>
    startProduct({
      place,
      port: await stablePort(),
      database: server.url,
      config: writeProject(place, changes),
    });

  async function readiness(product: Product): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${product.url}/readyz`);
    return { status: response.status, body: await response.json() };
  }

  const isReady = async (product: Product) => (await readiness(product)).status === 200;

  /** Fills the spool while the database is away, brings that back, and looks at what came of it. */
  async function fillAndRecover(product: Product) {
    let whileFull: unknown;
    const load = await Load.during(product.url, { seed: 1, pauseMs: 0 }, async (running) => {
      await running.untilAnswered(100);
      await server.stop();
      await until(
        'refusals by every protocol',
        () => new Set(running.failures.map(({ path }) => path.split('?')[0])).size > 3,
      );
      whileFull = await readiness(product);
      await server.start();
      await until('the service is ready again', () => isReady(product));
      await running.untilAnswered(100);
    });
    return { load, whileFull, findings: await auditOf(product, load) };
  }

  async function auditOf(product: Product, { answers }: Load): Promise<Findings> {
    await product.untilShipped();
    const pool = new Pool({ connectionString: server.url });
    const findings = await audit(pool, answers, [place.data]);
    await pool.end();
    return findings;
  }

  function expectRefusals({ failures }: Load): void {
    expect(new Set(failures.map(({ status }) => status))).toEqual(new Set([503]));
    expect(failures.every(({ headers }) => Number(headers['retry-after']) > 0)).toBe(true);
  }

  it('refuses predictions at the cap while the database is away, drops none, and recovers by itself', async () => {
    // GIVEN
    const product = await start({ log: { spoolMaxBytes: 1_000_000 } });
    // WHEN
    const { load, whileFull, findings } = await fillAndRecover(product);
    // THEN
    expect(whileFull).toEqual({ status: 503, body: { status: 'spool full' } });
    expectRefusals(load);
    expect(findings).toEqual(faultless);
  });

  it('does so too when the disk is full', async () => {
    // GIVEN
    mkdirSync(place.data);
    undo.push(mountInMemory(place.data, 'size=4m'));
    const product = await start();
    // WHEN
    const { load, whileFull, findings } = await fillAndRecover(product);
    // THEN
    expect(whileFull).toEqual({ status: 503, body: { status: 'spool full' } });
    expectRefusals(load);
    expect(findings).toEqual(faultless);
  });

  it('frees the disk of what the database has, and serves on', async () => {
    // GIVEN a disk that is smaller than a file of the spool becomes
    mkdirSync(place.data);
    undo.push(mountInMemory(place.data, 'size=2m'));
    const product = await start();
    // WHEN it fills up
    const load = await Load.during(product.url, { seed: 1, pauseMs: 0 }, async (running) => {
      await until('the disk is full', () => running.failures.length > 0);
      await running.untilAnswered(100);
    });
    // THEN
    expectRefusals(load);
    expect(await auditOf(product, load)).toEqual(faultless);
  });
});
