import type { Learned } from '../online/learned';
import type { JobPlan } from './state/job-plan';
import type { JobState } from './state/job-state';
import { beginning, readProgress } from './state/progress';
import { type JobPace, readPace } from './state/work-queue';

/** What a checkpoint has of a job beside its sums. */
export interface SavedJob {
  readonly plan: JobPlan;
  readonly learned: Learned;
  readonly pace: JobPace;
  /** Names of the parts of passes that are done, `pass:part`. */
  readonly done: readonly string[];
  /** How much of each part of a pass is done. */
  readonly offsets: Readonly<Record<string, string>>;
}

/** The state of a job whose workers stand still. */
export async function savedJob(state: JobState, plan: JobPlan): Promise<SavedJob> {
  const offsets = await state.do((connection) => connection.hgetall(state.keys.offsets));
  const { learned, done } = await readProgress(state, beginning);
  return { plan, learned, done, offsets, pace: await readPace(state) };
}

/** Puts a job that has no state yet where it was. */
export async function restoreJob(state: JobState, { learned, pace, done, offsets }: SavedJob): Promise<void> {
  const { keys } = state;
  await state.do(async (connection) => {
    await connection.unlink(keys.progress);
    await connection.xadd(keys.progress, '*', 'sync', JSON.stringify(learned));
    for (const part of done) await connection.xadd(keys.progress, '*', 'done', part);
    await connection.mset({ [keys.examples]: pace.examples, [keys.halvings]: pace.halvings });
    if (Object.keys(offsets).length > 0) await connection.hset(keys.offsets, offsets);
  });
}
