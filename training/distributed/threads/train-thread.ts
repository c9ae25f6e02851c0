import { parentPort, workerData } from 'node:worker_threads';
import { workOnJob } from '../work-on-job';
import { callsOver, type ThreadSettings } from './calls';
import { ThreadStore } from './thread-store';

const calls = callsOver(parentPort!, workerData as ThreadSettings);

/** Whoever ends a thread before its job ends does not ask it. */
const never = new AbortController().signal;

void workOnJob(
  { state: calls.state, openStore: ({ conf }, _, save) => new ThreadStore(calls, conf.maxDelay, save) },
  never,
).finally(() => parentPort!.close());
