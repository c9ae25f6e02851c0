import type { Pool } from 'pg';
import { resolveConfig } from '../../../config/resolve';
import type { Config, ModelConfig } from '../../../config/schema';
import { encodeModelFile } from '../../../learning/model-file';
import type { NewRevision } from '../../../service/models/registry';

export const species = ['setosa', 'versicolor', 'virginica'] as const;
export type Species = (typeof species)[number];

/** A configuration with the one model `iris`. */
export function irisConfig(model: Partial<ModelConfig> = {}, revisions: Partial<Config['revisions']> = {}): Config {
  return resolveConfig({
    models: {
      iris: {
        algorithm: 'softmax',
        source: { csv: 'examples/iris/iris.csv' },
        target: 'species',
        mapping: [{ name: 'petal_width', type: 'float' }],
        ...model,
      },
    },
    revisions,
  });
}

/** A model file whose model answers always the same, so that an answer tells the revision. */
export function fileAnswering(answer: Species): Uint8Array {
  return encodeModelFile({
    header: {
      algorithm: 'softmax',
      model: 'iris',
      features: [{ name: 'petal_width', type: 'float', aliases: [] }],
      classes: [...species],
      hyperparameters: {},
      params: {},
      scores: { train: 1, test: 1 },
      data: { sha256: '0'.repeat(64), rows: 150 },
      createdAt: '2024-01-01T00:00:00.000Z',
    },
    arrays: new Map([
      ['weights', { dtype: 'float64', shape: [1, 3], values: new Float64Array(3) }],
      [
        'intercepts',
        { dtype: 'float64', shape: [3], values: Float64Array.from(species, (label) => (label === answer ? 9 : 0)) },
      ],
    ]),
  });
}

/** A revision of iris to publish. */
export const irisRevision = (answer: Species, activate = true): NewRevision => ({
  model: 'iris',
  bytes: fileAnswering(answer),
  origin: 'train',
  scores: { train: 0.99, test: 0.95 },
  activate,
});

/** Forgets all models and jobs of `testVersion`, so that one database serves many tests. */
export async function emptyModelTables(pool: Pool): Promise<void> {
  await pool.query('truncate models_1_0_0, revisions_1_0_0, leases_1_0_0, jobs_1_0_0, processes_1_0_0 cascade');
}
