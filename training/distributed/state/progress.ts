import { type Learned, nothing, together } from '../../online/learned';
import type { JobState } from './job-state';

/** What happened since a position of the progress stream. */
export interface Progress {
  readonly position: string;
  readonly learned: Learned;
  /** Names of the parts of passes that were finished, `pass:part`. */
  readonly done: readonly string[];
}

/** The position before everything. */
export const beginning = '0-0';

/** Entries that are read at once. */
const portion = 1000;

/** Reads the progress stream from a position to its end. */
export async function readProgress(state: JobState, from: string): Promise<Progress> {
  let position = from;
  let learned = nothing;
  const done: string[] = [];
  for (;;) {
    const after = `(${position}`;
    const entries = await state.do((connection) =>
      connection.xrange(state.keys.progress, after, '+', 'COUNT', portion),
    );
    for (const [id, [kind, value]] of entries) {
      if (kind === 'done') done.push(value!);
      else learned = together(learned, JSON.parse(value!) as Learned);
      position = id;
    }
    if (entries.length < portion) return { position, learned, done };
  }
}
