import type { Pool } from 'pg';
import type { ModelConfig } from '../../config/schema';
import type { Version } from '../../config/version';
import type { OptimiserState } from '../../learning/optimiser/lbfgs';
import type { Metrics, Scores } from '../models/revision';
import { MissingTestDataError } from './errors';
import type { TrainingOptions } from './job';

/** One training run. */
export interface TrainRequest {
  readonly name: string;
  readonly config: ModelConfig;
  /** Folder that relative paths of the configuration start from. */
  readonly directory: string;
  /** Holds the events and the observations that models may learn from. */
  readonly pool: Pool;
  /** Whose observations they are. */
  readonly version: Version;
  readonly createdAt: Date;
  /** File of the active revision, to be scored on the same test data. */
  readonly rival: Uint8Array | undefined;
  readonly onProgress: ((state: OptimiserState) => void) | undefined;
  /** Hears a line about data that is left out. */
  readonly onNotice: ((line: string) => void) | undefined;
  /** Ends the run with the signal's reason. */
  readonly signal: AbortSignal;
}

/** What a training run made. */
export interface Trained {
  /** The model file. */
  readonly bytes: Uint8Array;
  readonly scores: Scores;
  /** More scores by name, if there are any. */
  readonly metrics?: Metrics;
  /** Test score of the rival; null without a rival or without test data. */
  readonly rivalScore: number | null;
  /** The position of the newest observation that the weights of users count. @default they count none */
  readonly observedUpTo?: bigint | undefined;
}

/** What a training must reach for its outcome to be kept. */
export interface Thresholds {
  /** The least test score; an equal one is kept. */
  readonly minScore: number | undefined;
  readonly betterThanActive: boolean;
}

/** The learning side of a job. Whoever runs jobs passes it in, because the service does not know how to train. */
export interface Trainer {
  train(request: TrainRequest): Promise<Trained>;
  judge(
    thresholds: Thresholds,
    testScores: { readonly test: number | null; readonly active: number | null },
  ): { readonly kept: true } | { readonly kept: false; readonly reason: string };
}

/**
 * The thresholds of one training: what its options say comes before what the model is configured with.
 * @throws {MissingTestDataError} if there is a threshold, but no test data to check it with
 */
export function thresholdsOf(model: string, config: ModelConfig, options: TrainingOptions): Thresholds {
  const minScore = options.persistIfBetterThan ?? config.minScore;
  const betterThanActive = options.betterThanActive ?? config.betterThanActive;
  const needsTestData = minScore !== undefined || betterThanActive;
  if (needsTestData && 'evaluation' in config && config.evaluation.testFraction === 0) {
    throw new MissingTestDataError(model);
  }
  return { minScore, betterThanActive };
}
