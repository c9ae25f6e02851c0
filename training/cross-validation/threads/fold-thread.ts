import { parentPort, workerData } from 'node:worker_threads';
import { runFold } from '../run-fold';
import type { FoldAnswer, FoldRequest, ThreadSettings } from './messages';

const { problem } = workerData as ThreadSettings;

parentPort!.on('message', async ({ set, fold }: FoldRequest) => {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  let answer: FoldAnswer;
  try {
    answer = { outcome: await runFold(problem, set, fold), seconds: seconds() };
  } catch (error) {
    const { message, exitCode } = error as Error & { exitCode?: number };
    answer = { error: message || String(error), exitCode, seconds: seconds() };
  }
  parentPort!.postMessage(answer);
});
