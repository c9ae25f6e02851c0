import { parentPort, workerData } from 'node:worker_threads';
import type { Minibatch } from '../../../../../training/data/part';
import type { JobPlan } from '../../../../../training/distributed/state/job-plan';
import { callsOver, type ThreadSettings } from '../../../../../training/distributed/threads/calls';
import { ThreadStore } from '../../../../../training/distributed/threads/thread-store';
import { runWorker } from '../../../../../training/distributed/worker';
import { countingLearner, readRows } from '../../support/counting';

const calls = callsOver(parentPort!, workerData as ThreadSettings);

/** Of the worker that this thread is. */
let number = 0;

/** Workers with a number up to the job's seed die once they have learned from some minibatches of a part. */
async function* rowsUntilDeath(plan: JobPlan, rows: AsyncIterable<Minibatch>): AsyncIterable<Minibatch> {
  let read = 0;
  for await (const minibatch of rows) {
    if (number <= plan.seed && ++read > 3) process.exit(9);
    yield minibatch;
  }
}

void runWorker({
  state: calls.state,
  openStore: ({ conf }, worker, save) => {
    number = worker;
    return new ThreadStore(calls, conf.maxDelay, save);
  },
  readPart: (plan, part, { offset }) => {
    if (plan.conf.minibatch > 1000) throw new Error('minibatches are too large for this test');
    return rowsUntilDeath(plan, readRows(plan, part, offset));
  },
  createLearner: () => countingLearner,
  signal: new AbortController().signal,
}).finally(() => parentPort!.close());
