import { setTimeout as sleep } from 'node:timers/promises';
import type { PredictionLog, PredictionRecord } from '../../../service/predictions/log';
import type { Shipper } from '../../../service/predictions/shipper';
import { listSpools, spoolRoot } from '../../../service/predictions/spool/directory';
import { testVersion } from '../../support/database';

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
