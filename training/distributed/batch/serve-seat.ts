import { setImmediate } from 'node:timers/promises';
import { RowsWorker } from '../../../learning/darlin/rows-worker';
import { Servers, type StoreAddress } from '../../store/servers/servers';
import { JobRecords } from '../state/valkey/job-records';
import { batchKeys } from './batch-keys';
import type { BatchPlan } from './batch-plan';
import { loadShare } from './load-share';
import { AnswerLog } from './messages/answer-log';
import { type Call, isQuestion, perform } from './messages/call';
import { StreamsReader } from './messages/message-stream';

export interface SeatTools {
  readonly job: string;
  readonly address: StoreAddress;
  readonly plan: BatchPlan;
  readonly seat: number;
  /** Is told of a cache that cannot be written. */
  warn(message: string): void;
  /** Is called when the first question is answered. */
  answered(): Promise<void>;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Answers the calls of a run for a seat until the signal aborts. It loads the seat's rows, then does all that has been
 * called since the weights were last placed, so that its sums are to the bit those of a worker that had the seat before.
 * @throws {DataError | StoreError}
 */
export async function serveSeat(tools: SeatTools): Promise<void> {
  const { job, address, plan, seat, warn, signal } = tools;
  const { rows, report } = await loadShare(plan, seat, warn);
  const worker = new RowsWorker(rows);
  const servers = await Servers.connect(address);
  try {
    const records = new JobRecords(servers, job);
    const keys = batchKeys(job, plan);
    const log = new AnswerLog(records, keys.answers[seat]!);
    const reader = new StreamsReader(records, [keys.calls]);
    const answered = await log.last();
    let hasAnswered = false;
    let seconds = 0;
    while (!signal.aborted) {
      for (const { number, value } of (await reader.next()) ?? []) {
        const call = value as Call;
        if (signal.aborted) return;
        // The end of the last answer may be missing.
        if (isQuestion(call.method) && number < answered) continue;
        // Signs of life are given between two calls.
        await setImmediate();
        const start = performance.now();
        const answer = call.method === 'load' ? report : await perform(worker, call);
        seconds += (performance.now() - start) / 1000;
        if (!isQuestion(call.method)) continue;
        await log.add(number, { value: answer, seconds: Float64Array.of(seconds) }, signal);
        seconds = 0;
        if (!hasAnswered) await tools.answered();
        hasAnswered = true;
      }
    }
  } finally {
    servers.close();
  }
}
