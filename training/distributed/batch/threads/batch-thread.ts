import { parentPort, workerData } from 'node:worker_threads';
import { RowsWorker } from '../../../../learning/darlin/rows-worker';
import { DataError } from '../../../data-error';
import { loadShare } from '../load-share';
import { type Call, isQuestion, perform } from '../messages/call';
import type { BatchThreadSettings, ThreadMessage } from './messages';

const { plan, seat } = workerData as BatchThreadSettings;

const say = (message: ThreadMessage): void => parentPort!.postMessage(message);

const loaded = loadShare(plan, seat, (text) => say({ type: 'warning', text })).then(({ rows, report }) => ({
  worker: new RowsWorker(rows),
  report,
}));

let seconds = 0;

async function answer(call: Call): Promise<void> {
  const { worker, report } = await loaded;
  const start = performance.now();
  const value = call.method === 'load' ? report : await perform(worker, call);
  seconds += (performance.now() - start) / 1000;
  if (!isQuestion(call.method)) return;
  say({ type: 'reply', reply: { value, seconds: Float64Array.of(seconds) } });
  seconds = 0;
}

let calls: Promise<void> = Promise.resolve();

parentPort!.on('message', (call: Call) => {
  calls = calls
    .then(() => answer(call))
    .catch((error: unknown) => {
      if (!(error instanceof DataError)) throw error;
      say({ type: 'failure', message: error.message, exitCode: error.exitCode });
    });
});
