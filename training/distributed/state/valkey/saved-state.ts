import type { SavedState } from '../job-state';
import type { JobRecords } from './job-records';
import { beginning, readProgress } from './progress';
import { readPace } from './work-queue';

/** The state of a job whose workers stand still. */
export async function saveState(records: JobRecords): Promise<SavedState> {
  const offsets = await records.do((connection) => connection.hgetall(records.keys.offsets));
  const { learned, done } = await readProgress(records, beginning);
  return { learned, done, offsets, pace: await readPace(records) };
}

/** Puts a job that has no state yet where it was. */
export async function restoreState(records: JobRecords, { learned, pace, done, offsets }: SavedState): Promise<void> {
  const { keys } = records;
  await records.do(async (connection) => {
    await connection.unlink(keys.progress);
    await connection.xadd(keys.progress, '*', 'sync', JSON.stringify(learned));
    for (const part of done) await connection.xadd(keys.progress, '*', 'done', part);
    await connection.mset({ [keys.examples]: pace.examples, [keys.halvings]: pace.halvings });
    if (Object.keys(offsets).length > 0) await connection.hset(keys.offsets, offsets);
  });
}
