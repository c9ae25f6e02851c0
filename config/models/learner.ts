import type { AlsConfig } from './algorithms/als';
import type { NaiveConfig, SoftmaxConfig } from './algorithms/classifier';
import { type CustomConfig, isCustomAlgorithm, isCustomUserItem } from './algorithms/custom';
import type { SparseLinearConfig } from './algorithms/sparse-linear';
import { type DataSource, learnsFromObservations } from './data-source';
import type { Learner } from './hyperparameters';
import type { ModelConfig } from './model';

/** A model that is learnt from data, by one of our learners or by code of the user's. */
export type LearnerConfig = SoftmaxConfig | NaiveConfig | AlsConfig | SparseLinearConfig | CustomConfig;

const algorithms: readonly string[] = [
  'softmax',
  'naive',
  'als',
  'sparse-linear',
] satisfies LearnerConfig['algorithm'][];

/** Whether a model is learnt from data, and not taken from a file that another library wrote. */
export const hasLearner = (config: ModelConfig): config is LearnerConfig =>
  algorithms.includes(config.algorithm) || isCustomAlgorithm(config.algorithm);

interface ModeOptions {
  readonly algorithm: string;
  readonly mode?: AlsConfig['mode'] | 'user-item';
  readonly source?: DataSource;
}

/** How als learns; from observations as Velox did. */
export function modeOf(model: ModeOptions): AlsConfig['mode'] {
  if (model.mode !== undefined && model.mode !== 'user-item') return model.mode;
  return learnsFromObservations(model) ? 'velox' : 'explicit';
}

/** What learns a model, its defaults filled in or not. */
export function learnerOf(model: ModeOptions & Pick<LearnerConfig, 'algorithm'>): Learner {
  const { algorithm } = model;
  if (isCustomAlgorithm(algorithm)) return isCustomUserItem(model) ? 'custom user-item' : 'custom';
  return algorithm === 'als' ? modeOf(model) : algorithm;
}
