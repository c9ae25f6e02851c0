import { setTimeout as sleep } from 'node:timers/promises';
import type { Trainer } from '../../../service/jobs/trainer';
import { judge } from '../../../training/gate';
import { fileAnswering } from '../models/iris';

/** A trainer whose outcome the test chooses. */
export const trainerScoring = (test: number | null, rivalScore: number | null = null): Trainer => ({
  train: async () => ({ bytes: fileAnswering('setosa'), scores: { train: 1, test }, rivalScore }),
  judge,
});

/** A trainer that trains until it is told to end. */
export const endlessTrainer: Trainer = {
  train: async ({ signal }) => {
    await sleep(3_600_000, undefined, { signal }).catch(() => signal.throwIfAborted());
    throw new Error('an hour has passed');
  },
  judge,
};
