import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { migrate } from '../../../service/database/migrations';
import type { PredictionLog, PredictionRecord } from '../../../service/predictions/log';
import type { Shipper } from '../../../service/predictions/shipper';
import { openCommitCutter } from '../../e2e/support/commit-cutter';
import { startTestServer, type TestServer, testVersion } from '../../support/postgres/database';
import { keepAppending, newShipper, shipAll, type TestShipperOptions } from './log-and-ship';

/** What is appended and shipped while something happens. */
export interface Shipping extends Omit<TestShipperOptions, 'pool'> {
  readonly log: PredictionLog;
  readonly newRecord: () => PredictionRecord;
}

/**
 * Appends and ships while something happens, and then ships all that is left; closes the log.
 * @returns the prediction ids
 */
export async function shipDuring(
  happening: () => Promise<void>,
  shipper: Shipper,
  { log, newRecord, dataDirectory }: Shipping,
): Promise<string[]> {
  const appending = keepAppending(log, newRecord);
  shipper.start();
  await happening();
  const ids = await appending.end();
  await log.close();
  await shipAll(shipper, dataDirectory);
  return ids;
}

/**
 * Appends and ships until so many connections were cut between COMMIT and its reply, and then ships all that is left.
 * @returns the prediction ids
 */
export async function shipThroughCuts(url: string, cuts: number, shipping: Shipping): Promise<string[]> {
  const { dataDirectory, feedbackApp } = shipping;
  const cutter = await openCommitCutter(url);
  const pool = killablePool(cutter.url);
  const shipper = newShipper({ pool, dataDirectory, feedbackApp });
  cutter.cutEvery(2);
  const cut = async () => {
    while (cutter.cuts < cuts) {
      shipper.wake();
      await sleep(20);
    }
  };
  const ids = await shipDuring(cut, shipper, shipping);
  await shipper.stop(0);
  await pool.end();
  await cutter.close();
  return ids;
}

/** Starts a PostgreSQL of one's own, with all tables, and connections to it. */
export async function startMigratedServer(): Promise<{ readonly server: TestServer; readonly pool: Pool }> {
  const server = await startTestServer();
  const pool = killablePool(server.url);
  const client = await pool.connect();
  await migrate(client, { version: testVersion });
  client.release();
  return { server, pool };
}

/** A test that kills connections must not die of it. */
function killablePool(connectionString: string): Pool {
  const pool = new Pool({ connectionString });
  pool.on('error', () => {});
  return pool;
}
