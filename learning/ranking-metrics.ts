/** How well the first k items of a ranking are those that matter, each from 0 to 1. */
export interface RankingMetrics {
  /** Relevant items among the first k, of as many as there could be. */
  readonly precision: number;
  /** 1 if any relevant item is among the first k, else 0. */
  readonly hitRate: number;
  /** Σ 1/log₂(1 + rank) of the hits, of what the best order would make. */
  readonly ndcg: number;
  /** Average precision: Σ (hits so far / rank) of the hits, of as many as there could be. */
  readonly map: number;
}

/**
 * Measures one user's ranking; ranks count from 1.
 * @param ranked best first, each item once; what comes after the first k does not matter
 * @returns undefined without a relevant item
 */
export function rankingMetrics<T>(
  ranked: readonly T[],
  relevant: ReadonlySet<T>,
  k: number,
): RankingMetrics | undefined {
  if (relevant.size === 0) return undefined;
  const possible = Math.min(k, relevant.size);
  let [hits, gain, precisions, ideal] = [0, 0, 0, 0];
  for (let rank = 1; rank <= k; rank++) {
    const discounted = 1 / Math.log2(1 + rank);
    if (rank <= possible) ideal += discounted;
    if (rank > ranked.length || !relevant.has(ranked[rank - 1]!)) continue;
    hits += 1;
    gain += discounted;
    precisions += hits / rank;
  }
  return { precision: hits / possible, hitRate: hits > 0 ? 1 : 0, ndcg: gain / ideal, map: precisions / possible };
}

/** The mean of each metric over users; undefined without any. */
export function meanRankingMetrics(users: readonly RankingMetrics[]): RankingMetrics | undefined {
  if (users.length === 0) return undefined;
  const mean = (of: (user: RankingMetrics) => number) => users.reduce((sum, user) => sum + of(user), 0) / users.length;
  return {
    precision: mean(({ precision }) => precision),
    hitRate: mean(({ hitRate }) => hitRate),
    ndcg: mean(({ ndcg }) => ndcg),
    map: mean(({ map }) => map),
  };
}
