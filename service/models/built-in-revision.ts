import type { ModelConfig } from '../../config/schema';
import { FactorModel } from '../../learning/recommender/factor-model';
import type { ServedRevision } from './load-revision';

/** The number of what answers before anything is trained: trained revisions count from 1. */
export const builtInNumber = 0;

/**
 * What a model answers with before anything is trained: a recommender knows no items then, so that it is ready for
 * observations; any other model has nothing to say.
 * @param at when it began to serve, by the database's clock
 */
export function builtInRevision(name: string, config: ModelConfig, at: Date): ServedRevision | undefined {
  if (config.algorithm !== 'als') return undefined;
  const { algorithm, mapping, hyperparameters, params } = config;
  return {
    revision: builtInNumber,
    model: FactorModel.empty(hyperparameters.rank),
    header: {
      algorithm,
      model: name,
      features: mapping.map(({ name, type, aliases }) => ({ name, type, aliases: [...aliases] })),
      classes: null,
      hyperparameters: { ...hyperparameters },
      params,
      scores: { train: null, test: null },
      data: { sha256: sha256OfNothing, rows: 0 },
      createdAt: at.toISOString(),
    },
  };
}

const sha256OfNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
