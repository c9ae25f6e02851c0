import { type Learned, nothing, together } from '../../../online/learned';
import type { Progress } from '../job-state';
import type { JobRecords } from './job-records';

/** What workers did up to a position of the progress stream. */
interface ProgressTo extends Progress {
  readonly position: string;
}

/** The position before everything. */
export const beginning = '0-0';

/** Entries that are read at once. */
const portion = 1000;

/** Reads the progress stream from a position to its end. */
export async function readProgress(records: JobRecords, from: string): Promise<ProgressTo> {
  let position = from;
  let learned = nothing;
  const done: string[] = [];
  for (;;) {
    const after = `(${position}`;
    const entries = await records.do((connection) =>
      connection.xrange(records.keys.progress, after, '+', 'COUNT', portion),
    );
    for (const [id, [kind, value]] of entries) {
      if (kind === 'done') done.push(value!);
      else learned = together(learned, JSON.parse(value!) as Learned);
      position = id;
    }
    if (entries.length < portion) return { position, learned, done };
  }
}
