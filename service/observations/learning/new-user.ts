import type { VeloxHyperparameters } from '../../../config/models/hyperparameters';
import type { ModelConfig } from '../../../config/schema';
import type { UserItemModel } from '../../../learning/model';
import type { ModelHeader } from '../../../learning/model-file';
import { ObservedUser } from '../../../learning/recommender/observed-user';

/** A model as it was trained, and what it was trained with. */
export interface TrainedUsers {
  readonly header: Pick<ModelHeader, 'hyperparameters'>;
  readonly model: UserItemModel;
}

/**
 * A user of whom nothing was observed yet, who learns with the settings that the revision was trained with: a training may
 * have taken others than the configured ones, which stand in for what an imported revision does not tell. In `velox` mode
 * weights follow from the observations alone. In other modes they stay near those of the training, or of the average user,
 * as their entries are no mere preferences.
 */
export function newUser(config: ModelConfig, { header, model }: TrainedUsers, user: string): ObservedUser {
  if (config.algorithm !== 'als') return new ObservedUser(model, model.width);
  const settings: VeloxHyperparameters = { ...config.hyperparameters, ...header.hyperparameters };
  const { lambda, rank, ridgeFactor = rank } = settings;
  if (config.mode === 'velox') return new ObservedUser(model, lambda * ridgeFactor);
  return new ObservedUser(model, lambda * rank, model.weightsOf(user) ?? model.averageUser);
}
