import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import type { PredictionRecord } from '../../service/predictions/log';

/** A folder of one's own; the test removes it. */
export const temporaryDirectory = (): string => mkdtempSync(join(tmpdir(), 'modelapp-predictions-'));

/** A record of one sample, with what the test is about in place of the rest. */
export const recordOf = (differences: Partial<PredictionRecord> = {}): PredictionRecord => {
  const now = Date.now();
  return {
    predictionId: uuidv7(),
    model: 'iris',
    revision: 1,
    protocol: 'oip',
    arrivedAt: now,
    finishedAt: now,
    latencyMs: 0.25,
    assigned: true,
    samples: [{ features: '{"x":1}', output: 'setosa' }],
    ...differences,
  };
};
