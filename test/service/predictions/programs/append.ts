import { setImmediate } from 'node:timers/promises';
import { parseVersion } from '../../../../config/version';
import { openPredictionLog } from '../../../../service/predictions/log';
import { recordOf } from '../../../support/prediction-records';

/** Appends records until it is killed, and prints the id of each when it is appended: `append.js <data directory>`. */
const log = openPredictionLog({
  dataDirectory: process.argv[2] ?? '',
  version: parseVersion('1.0.0'),
  codeVersion: '0.1.0',
  config: { fsyncMs: 100, spoolMaxBytes: 1024 ** 3 },
});

async function appendForEver(): Promise<never> {
  for (;;) {
    const record = recordOf();
    await log.append(record);
    process.stdout.write(`${record.predictionId}\n`);
    await setImmediate();
  }
}

void appendForEver();
