import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { Registry } from 'prom-client';
import { openPredictionLog, type PredictionLog, type PredictionRecord } from '../../../service/predictions/log';
import { Shipper, type ShipperOptions } from '../../../service/predictions/shipper';
import { listSpools, spoolRoot } from '../../../service/predictions/spool/directory';
import { testVersion } from '../../support/postgres/database';

/** Opens a log as a process of the service does. */
export const openLog = (dataDirectory: string): PredictionLog =>
  openPredictionLog({
    dataDirectory,
    version: testVersion,
    codeVersion: '0.1.0',
    config: { fsyncMs: 100, spoolMaxBytes: 1024 ** 3 },
  });

/** What differs between the shippers of tests. */
export type TestShipperOptions = Pick<ShipperOptions, 'pool' | 'dataDirectory' | 'feedbackApp'> &
  Partial<Pick<ShipperOptions, 'metrics'>>;

export const newShipper = (options: TestShipperOptions): Shipper =>
  new Shipper({ version: testVersion, logger: pino({ level: 'silent' }), metrics: new Registry(), ...options });

/** Appends a record about every millisecond until it is told to end; resolves to the prediction ids. */
export function keepAppending(log: PredictionLog, newRecord: () => PredictionRecord): { end(): Promise<string[]> } {
  let ended = false;
  const ids: string[] = [];
  const done = (async () => {
    while (!ended) {
      const record = newRecord();
      await log.append(record);
      ids.push(record.predictionId);
      await sleep(1);
    }
  })();
  return {
    async end() {
      ended = true;
      await done;
      return ids;
    },
  };
}

/** Ships until nothing is left in the spools. */
export async function shipAll(shipper: Shipper, dataDirectory: string): Promise<void> {
  while ((await listSpools(spoolRoot(dataDirectory, testVersion))).length > 0) {
    await shipper.shipNow();
    await sleep(10);
  }
}
