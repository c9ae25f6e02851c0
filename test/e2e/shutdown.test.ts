import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { embeddedPostgresRuns, startEmbeddedPostgres } from '../../service/database/embedded';
import { createTestDatabase } from '../support/postgres/database';
import { audit, type Findings, faultless } from './support/audit';
import { Command } from './support/command';
import { type Answer, Load } from './support/load';
import { Place } from './support/place';
import { stablePort, startProduct } from './support/product';
import { writeProject } from './support/project';
import { until } from './support/wait';

// Generous, as for all tests: each starts the product several times.
jest.setTimeout(300_000);

describe('A service that is told to end', () => {
  let place: Place;
  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => place.remove());

  const postgres = () => join(place.data, 'postgres');

  /** What the embedded database holds, which runs for it only. */
  async function auditEmbedded(answers: readonly Answer[]): Promise<Findings> {
    const { url, stop, adopted } = await startEmbeddedPostgres(postgres());
    const pool = new Pool({ connectionString: url });
    const findings = await audit(pool, answers, [place.data]);
    await pool.end();
    if (!adopted) await stop();
    return findings;
  }

  it('by SIGTERM turns unready first, and fails no request while it drains', async () => {
    // GIVEN
    const database = await createTestDatabase({ migrated: false });
    const config = writeProject(place, { http: { drainMs: 6_000 } });
    const product = await startProduct({ place, port: await stablePort(), database: database.url, config });
    const ready = async () => (await fetch(`${product.url}/readyz`)).status === 200;
    let ended: ReturnType<typeof product.stop> | undefined;
    let duringDrain = 0;
    // WHEN
    const load = await Load.during(product.url, { seed: 1 }, async (running) => {
      await running.untilAnswered(100);
      expect(running.closed).toBe(0);
      ended = product.stop('SIGTERM');
      await until('the service is unready', async () => !(await ready()));
      // As long as a load balancer takes to notice.
      const before = running.answers.length;
      await running.untilAnswered(25);
      duringDrain = running.answers.length - before;
    });
    // THEN
    expect(load.failures).toEqual([]);
    expect(load.closed).toBeGreaterThanOrEqual(duringDrain);
    expect(await ended).toEqual({ exitCode: 0, signal: null });
    expect(place.processes()).toEqual([]);
    expect(await audit(database.pool, load.answers, [place.data])).toEqual(faultless);
    await database.drop();
  });

  it('by POST /stop answers first, then ends as by SIGTERM', async () => {
    // GIVEN
    const database = await createTestDatabase({ migrated: false });
    const config = writeProject(place, { http: { drainMs: 500 } });
    const product = await startProduct({ place, port: await stablePort(), database: database.url, config });
    // WHEN
    const response = await fetch(`${product.url}/stop`, { method: 'POST' });
    // THEN
    expect([response.status, await response.text()]).toEqual([200, 'Shutting down...']);
    expect(await product.command.ended).toEqual({ exitCode: 0, signal: null });
    expect(place.processes()).toEqual([]);
    await database.drop();
  });

  it.each([1, 2])('by %i × Ctrl-C leaves no process, loses nothing, and starts again as it was', async (times) => {
    // GIVEN
    const port = await stablePort();
    const product = await startProduct({ place, port, ownGroup: true });
    // WHEN the terminal sends SIGINT to every process of the group
    const { answers } = await Load.during(product.url, { seed: 2 }, async (load) => {
      await load.untilAnswered(100);
      for (let n = 0; n < times; n += 1) {
        process.kill(-product.command.pid, 'SIGINT');
        await sleep(50);
      }
      await product.command.ended;
    });
    // THEN
    expect(await product.command.ended).toEqual({ exitCode: 0, signal: null });
    expect(product.command.stderr).toBe('');
    expect(place.processes()).toEqual([]);
    expect(existsSync(join(place.data, 'lock'))).toBe(false);
    expect(await auditEmbedded(answers)).toEqual(faultless);
    const second = await startProduct({ place, port });
    expect(second.command.stdout).not.toContain('Training');
  });

  it('by Ctrl-C while it starts leaves no process', async () => {
    const command = new Command({
      place,
      args: ['start', '--data', place.data, '--port', '0', '--events-port', '0'],
      ownGroup: true,
    });
    await until('the database runs', () => embeddedPostgresRuns(postgres()));
    process.kill(-command.pid, 'SIGINT');
    expect(await command.ended).toEqual({ exitCode: 130, signal: null });
    expect(place.processes()).toEqual([]);
  });

  it('by kill -9 of all its own processes starts again on the database that still runs', async () => {
    // GIVEN
    const port = await stablePort();
    const product = await startProduct({ place, port });
    const { answers } = await Load.during(product.url, { seed: 3 }, async (load) => {
      await load.untilAnswered(100);
      for (const pid of [product.command.pid, ...product.workers()]) process.kill(pid, 'SIGKILL');
    });
    expect(embeddedPostgresRuns(postgres())).toBe(true);
    // WHEN
    const second = await startProduct({ place, port });
    await second.untilShipped();
    // THEN
    expect(await auditEmbedded(answers)).toEqual(faultless);
    expect((await second.stop()).exitCode).toBe(0);
    expect(place.processes()).toEqual([]);
  });
});
