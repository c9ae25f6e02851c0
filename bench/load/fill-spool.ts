import type { LogConfig } from '../../config/schema';
import { openPredictionLog } from '../../service/predictions/log';
import { newPredictionId } from '../../service/predictions/prediction-id';
import { releasedVersion } from '../options';
import { features, irisFlowers } from './requests';

export interface Backlog {
  readonly dataDirectory: string;
  readonly rows: number;
  readonly log: LogConfig;
}

/** Appends as many predictions of one sample to the log, as a service would that answered while PostgreSQL was away. */
export async function fillSpool({ dataDirectory, rows, log: config }: Backlog): Promise<void> {
  const log = openPredictionLog({ dataDirectory, version: releasedVersion(), codeVersion: '0.1.0', config });
  const flowers = irisFlowers().map((flower) => ({
    features: JSON.stringify(Object.fromEntries(features.map((name) => [name, Number(flower[name])]))),
    output: flower.species as string,
  }));
  for (let n = 0; n < rows; ) {
    const turn: Promise<void>[] = [];
    for (const end = Math.min(rows, n + connections); n < end; n += 1) {
      const now = Date.now();
      turn.push(
        log.append({
          predictionId: newPredictionId(),
          model: 'iris',
          revision: 1,
          protocol: 'oip',
          arrivedAt: now,
          finishedAt: now,
          latencyMs: 0.1,
          assigned: true,
          samples: [flowers[n % flowers.length] as (typeof flowers)[number]],
        }),
      );
    }
    await Promise.all(turn);
  }
  await log.close();
}

/** Answers of one turn of the event loop. */
const connections = 16;
