import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';
import { recordOf, temporaryDirectory } from '../../support/prediction-records';
import { buildProgram, type Program } from '../../support/program';
import { keepAppending, newShipper, openLog, shipAll } from './log-and-ship';
import { shipDuring, shipThroughCuts, startMigratedServer } from './ship-through-faults';

const startShipping = buildProgram(join(__dirname, 'programs/ship.ts'));
const startAppending = buildProgram(join(__dirname, 'programs/append.ts'));

let database: TestDatabase;
let dataDirectory: string;

beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
  dataDirectory = temporaryDirectory();
});

afterEach(async () => {
  await database.drop();
  rmSync(dataDirectory, { recursive: true, force: true });
});

/** The prediction ids of all rows, sorted. */
async function shippedIds(pool: Pool = database.pool): Promise<string[]> {
  const { rows } = await pool.query(
    `select prediction_id::text, i.run_id is not null and o.run_id is not null as whole
     from inputs_1_0_0 i full join outputs_1_0_0 o using (run_id, prediction_id) order by 1`,
  );
  return rows.map((row) => (row.whole ? row.prediction_id : `in one table only: ${row.prediction_id}`));
}

test('Every row arrives once though the shipper is killed at random moments', async () => {
  const log = openLog(dataDirectory);
  const appending = keepAppending(log, recordOf);

  for (let round = 0; round < 15; round += 1) {
    const shipping = startShipping({ args: [database.url, dataDirectory] });
    await shipping.nextLine();
    await sleep(Math.random() * 120);
    await shipping.kill();
  }
  const ids = await appending.end();
  await log.close();
  await shipAll(newShipper({ pool: database.pool, dataDirectory }), dataDirectory);

  expect(await shippedIds()).toEqual([...ids].sort());
}, 120_000);

test('Every row that a killed writer had appended arrives once', async () => {
  const shipper = newShipper({ pool: database.pool, dataDirectory });
  shipper.start();
  const ids: string[] = [];

  for (let round = 0; round < 10; round += 1) {
    const appending = startAppending({ args: [dataDirectory] });
    const first = (await appending.nextLine()) as string;
    const told = collectLines(appending);
    await sleep(Math.random() * 200);
    await appending.kill();
    ids.push(first, ...(await told));
    shipper.wake();
  }
  await shipAll(shipper, dataDirectory);
  await shipper.stop(0);

  const shipped = new Set(await shippedIds());
  expect(ids.length).toBeGreaterThan(10);
  expect(ids.filter((id) => !shipped.has(id))).toEqual([]);
  expect(shipped.size).toBe((await shippedIds()).length);
}, 120_000);

/** Whole lines only: the last may have been cut by the kill. */
async function collectLines(program: Program): Promise<string[]> {
  const lines: string[] = [];
  for (;;) {
    const line = await program.nextLine();
    if (line === undefined) return lines.filter((text) => text.length === 36);
    lines.push(line);
  }
}

test('Every row arrives once though connections are cut between COMMIT and its reply', async () => {
  const shipping = { log: openLog(dataDirectory), newRecord: recordOf, dataDirectory };

  const ids = await shipThroughCuts(database.url, 10, shipping);

  expect(await shippedIds()).toEqual([...ids].sort());
}, 120_000);

test('Every row arrives once though PostgreSQL is killed and stopped', async () => {
  const { server, pool } = await startMigratedServer();
  const shipper = newShipper({ pool, dataDirectory });
  const shipping = { log: openLog(dataDirectory), newRecord: recordOf, dataDirectory };

  const restart = async () => {
    for (let round = 0; round < 3; round += 1) {
      await sleep(300);
      await (round % 2 === 0 ? server.kill() : server.stop('immediate'));
      await sleep(100);
      await server.start();
      shipper.wake();
    }
  };
  const ids = await shipDuring(restart, shipper, shipping);
  const shipped = await shippedIds(pool);
  await shipper.stop(0);
  await pool.end();
  await server.remove();

  expect(shipped).toEqual([...ids].sort());
}, 120_000);
