import { resolveConfig } from '../../../config/resolve';
import type { AlsConfig, Config } from '../../../config/schema';
import { encodeModelFile } from '../../../learning/model-file';
import { Random } from '../../../learning/random';
import { Catalogue } from '../../../learning/recommender/catalogue';
import { FactorModel } from '../../../learning/recommender/factor-model';
import type { NewRevision } from '../../../service/models/registry';
import type { Observation } from '../../../service/observations/observation';
import { normalMatrix, solveByElimination } from '../../learning/linear-algebra/support/gauss';

export const width = 3;
export const lambda = 0.5;
export const ridgeFactor = 4;

/** A configuration with the one recommender `movies`. */
export const moviesConfig = (model: Partial<AlsConfig> = {}): Config =>
  resolveConfig({
    models: {
      movies: {
        algorithm: 'als',
        mode: 'velox',
        source: { csv: 'ratings.csv' },
        hyperparameters: { rank: width, lambda, ridgeFactor },
        onlineUpdateDelayInMillis: 50,
        ...model,
      },
    },
  });

/** Of several seeds each gives the items other features. */
export function moviesModel(items: readonly string[], seed: number): FactorModel {
  const ids = [...items].sort();
  const random = new Random(seed);
  const normals = (count: number) => Float64Array.from({ length: count }, () => random.normal());
  return new FactorModel({
    catalogue: new Catalogue({
      ids,
      features: normals(ids.length * width),
      width,
      rank: width,
      popularity: new Float64Array(ids.length),
    }),
    users: { ids: ['trained'], weights: normals(width) },
    averageUser: normals(width),
    unknownItem: new Float64Array(width),
    range: undefined,
    params: {},
  });
}

/** A revision to publish, which is active then. */
export const moviesRevision = (model: FactorModel): NewRevision => ({
  model: 'movies',
  bytes: encodeModelFile({
    header: {
      algorithm: 'als',
      model: 'movies',
      features: ['user', 'item'].map((name) => ({ name, type: 'str', aliases: [] })),
      classes: null,
      hyperparameters: { rank: width },
      params: {},
      scores: { train: -1, test: null },
      data: { sha256: '0'.repeat(64), rows: 1 },
      createdAt: '2024-01-01T00:00:00.000Z',
    },
    arrays: model.toArrays(),
  }),
  origin: 'retrain',
  scores: null,
  activate: true,
});

/**
 * (Σ f fᵀ + λ k I)⁻¹ Σ f s over the last score of each item, solved whole.
 * @param ridge λ k
 */
export function directWeights(
  model: FactorModel,
  observations: readonly Omit<Observation, 'user'>[],
  ridge = lambda * ridgeFactor,
): number[] {
  const last = new Map(observations.map(({ item, score }) => [item, score]));
  const rows = [...last].map(([item, score]) => ({ features: [...model.featuresOf(item)], score }));
  const matrix = normalMatrix(
    rows.map(({ features }) => features),
    width,
    ridge,
  );
  const right = Array.from({ length: width }, (_, i) =>
    rows.reduce((sum, { features, score }) => sum + features[i]! * score, 0),
  );
  return solveByElimination(matrix, right);
}
