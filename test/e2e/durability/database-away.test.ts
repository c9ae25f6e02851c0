import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { startTestServer, type TestServer } from '../../support/postgres/database';
import { audit, type Findings, faultless } from '../support/audit';
import { type CommitCutter, openCommitCutter } from '../support/commit-cutter';
import { Load } from '../support/load';
import { Place } from '../support/place';
import { type Product, stablePort, startProduct } from '../support/product';
import { until } from '../support/wait';

// Generous, as for all tests: each starts the product several times.
jest.setTimeout(300_000);

describe('A service under load whose database is away', () => {
  const place = new Place();
  let server: TestServer;
  let way: CommitCutter;
  let product: Product;

  beforeAll(async () => {
    server = await startTestServer();
    way = await openCommitCutter(server.url);
    product = await startProduct({ place, port: await stablePort(), database: way.url });
  });
  afterAll(async () => {
    await place.remove();
    await way.close();
    await server.remove();
  });

  let seed = 0;

  /** What a client sees that asks before, during and after something, and what is in the tables afterwards. */
  async function loadDuring(trouble: (load: Load) => Promise<void>): Promise<{ load: Load; findings: Findings }> {
    seed += 1;
    const load = await Load.during(product.url, { seed, pauseMs: 5 }, async (running) => {
      await running.untilAnswered(100);
      await trouble(running);
      await running.untilAnswered(100);
    });
    await product.untilShipped();
    const pool = new Pool({ connectionString: server.url });
    const findings = await audit(pool, load.answers, [place.data]);
    await pool.end();
    return { load, findings };
  }

  it('answers on while PostgreSQL is stopped for 30 s, and records every answer once', async () => {
    const { load, findings } = await loadDuring(async () => {
      await server.stop();
      await sleep(30_000);
      await server.start();
    });
    expect(load.failures.slice(0, 5)).toEqual([]);
    expect(findings).toEqual(faultless);
  });

  it('answers on when PostgreSQL is killed, and records every answer once', async () => {
    const { load, findings } = await loadDuring(async (load) => {
      for (let round = 0; round < 3; round += 1) {
        await server.kill();
        await load.untilAnswered(100);
        await server.start();
        await load.untilAnswered(100);
      }
    });
    expect(load.failures.slice(0, 5)).toEqual([]);
    expect(findings).toEqual(faultless);
  });

  it('answers on while PostgreSQL hangs, and records every answer once', async () => {
    const { load, findings } = await loadDuring(async (load) => {
      server.pause();
      await load.untilAnswered(100);
      server.resume();
    });
    expect(load.failures.slice(0, 5)).toEqual([]);
    expect(findings).toEqual(faultless);
  });

  it('records every answer once when connections are cut between COMMIT and its reply', async () => {
    const { load, findings } = await loadDuring(async () => {
      const before = way.cuts;
      way.cutEvery(2);
      await until('ten cuts', () => way.cuts >= before + 10);
      way.cutEvery(0);
    });
    expect(load.failures.slice(0, 5)).toEqual([]);
    expect(findings).toEqual(faultless);
  });
});
