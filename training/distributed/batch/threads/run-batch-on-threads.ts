import { cachePathOf } from '../../../darlin/load-rows';
import { type BatchJob, runBatch, type WrittenBatch } from '../../../darlin/run-batch';
import type { BadLineLimit } from '../../../data/bad-lines';
import { findParts } from '../../../data/parts';
import { RemoteTeam } from '../remote-team';
import { dealOut } from '../shares';
import { BatchThreads } from './batch-threads';

/** A batch training whose workers are threads of this process. */
export interface BatchOnThreads extends Omit<BatchJob, 'assemble'> {
  readonly workers: number;
  readonly badLines: BadLineLimit | undefined;
  readonly signal: AbortSignal;
}

/**
 * Does a batch training with threads, each of which holds a share of the rows.
 * @throws {DataError | JobFailure} if it fails; the signal's reason, after a checkpoint, if it aborts
 */
export async function runBatchOnThreads(training: BatchOnThreads): Promise<WrittenBatch> {
  const { conf, workers } = training;
  let threads: BatchThreads | undefined;
  try {
    return await runBatch({
      ...training,
      async assemble() {
        const parts = await findParts(conf.trainingData, workers);
        const shares = dealOut(parts, workers);
        const cache = await cachePathOf(conf, parts, { seats: shares.length });
        threads = await BatchThreads.start({ conf, shares, cache }, training);
        return RemoteTeam.assemble(threads, shares.length, training);
      },
    });
  } finally {
    await threads?.close();
  }
}
