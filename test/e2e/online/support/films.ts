import type { Pool } from 'pg';
import type { ConfigInput } from '../../../../config/schema';
import { Random } from '../../../../learning/random';
import { normalMatrix, solveByElimination } from '../../../learning/linear-algebra/support/gauss';

/** The recommender of these tests. */
export const model = 'films';

const width = 4;

export const users = [1, 2, 3, 4, 5, 6];
export const items = [1, 2, 3, 4, 5, 6, 7, 8];

/** Weights follow soon, and the lock of a training that is killed frees itself soon. */
export const filmsConfig: Partial<ConfigInput> = {
  models: {
    [model]: {
      algorithm: 'als',
      source: { observations: true },
      hyperparameters: { rank: width },
      onlineUpdateDelayInMillis: 50,
    },
  },
  revisions: { leaseMs: 10_000 },
};

/** What makes a revision. */
export interface Films {
  readonly numFeatures: number;
  readonly itemFeatures: Readonly<Record<string, readonly number[]>>;
  readonly averageUser: readonly number[];
}

/** Another revision for each seed. The last item is none that it knows. */
export function filmsOf(seed: number): Films {
  const random = new Random(seed);
  const normals = () => Array.from({ length: width }, () => random.normal());
  return {
    numFeatures: width,
    itemFeatures: Object.fromEntries(items.slice(0, -1).map((id) => [id, normals()])),
    averageUser: normals(),
  };
}

/** The one that users learn by. */
export const films = filmsOf(1);

/** What somebody of whom nothing is known would say of an item. */
export const averageScore = (of: Films, item: number): number => dot(of.averageUser, vectorOf(item, of));

interface Row {
  readonly user_id: string;
  readonly item: string;
  readonly score: number;
}

/** What each user would say of each item by all that is stored: each solved whole, by the equation of the model. */
export async function directScores(pool: Pool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<Row>(`select user_id, item, score from observations_1_0_0 where model = $1`, [
    model,
  ]);
  return new Map(
    users.flatMap((user) => {
      const weights = directWeights(rows.filter(({ user_id }) => user_id === String(user)));
      return items.map((item) => [pairOf(user, item), dot(weights, vectorOf(item))] as const);
    }),
  );
}

export const pairOf = (user: number, item: number): string => `user ${user}, item ${item}`;

/** (Σ f fᵀ + λ k I)⁻¹ Σ f s, where λ is 1 and k the number of features. */
function directWeights(rows: readonly Row[]): readonly number[] {
  const vectors = rows.map(({ item }) => vectorOf(item));
  const right = Array.from({ length: width }, (_, i) =>
    rows.reduce((sum, { score }, n) => sum + vectors[n]![i]! * score, 0),
  );
  return rows.length === 0 ? films.averageUser : solveByElimination(normalMatrix(vectors, width, width), right);
}

const vectorOf = (item: number | string, of = films): readonly number[] =>
  of.itemFeatures[item] ?? Array(width).fill(0);

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
