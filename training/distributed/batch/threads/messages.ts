import type { SharePlan } from '../load-share';
import type { Reply } from '../messages/call';

/** What a thread is told first; it is sent calls then. */
export interface BatchThreadSettings {
  readonly plan: SharePlan;
  readonly seat: number;
}

/** What a thread says. Replies come in the order of the questions. */
export type ThreadMessage =
  | { readonly type: 'reply'; readonly reply: Reply }
  | { readonly type: 'warning'; readonly text: string }
  | { readonly type: 'failure'; readonly message: string; readonly exitCode: number };
