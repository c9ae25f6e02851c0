import { parentPort, workerData } from 'node:worker_threads';
import { solveSide } from '../../learning/recommender/als/factorisation';
import type { SolveRequest, ThreadSettings } from './solve-messages';

const { state } = workerData as ThreadSettings;

parentPort!.on('message', ({ side, start, end }: SolveRequest) => {
  solveSide(state, side, start, end);
  parentPort!.postMessage(undefined);
});
