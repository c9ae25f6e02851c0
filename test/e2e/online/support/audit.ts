import type { Pool } from 'pg';
import type { SentScores } from './film-lovers';
import { model, pairOf } from './films';

/** What is wrong with the stored observations; of each kind the first few. */
export interface Findings {
  /** Answered, and neither there nor replaced by a newer one. */
  readonly lost: readonly string[];
  /** There, and never sent. */
  readonly foreign: readonly string[];
  /** At a position that another one has too, so that one of them would not be learnt from. */
  readonly sharing: readonly string[];
}

export const faultless: Findings = { lost: [], foreign: [], sharing: [] };

const shown = 10;

interface Row {
  readonly user_id: string;
  readonly item: string;
  readonly score: number;
  readonly position: string;
}

/** Compares what clients were answered with what the tables of version 1.0.0 hold. */
export async function auditObservations(pool: Pool, scores: ReadonlyMap<string, SentScores>): Promise<Findings> {
  const { rows } = await pool.query<Row>(
    'select user_id, item, score, position from observations_1_0_0 where model = $1',
    [model],
  );
  const stored = new Map(rows.map((row) => [pairOf(Number(row.user_id), Number(row.item)), row.score]));
  const positions = rows.map(({ position }) => position);
  const pairs = (of: Iterable<string>) => [...of].slice(0, shown);
  return {
    lost: pairs([...scores.keys()].filter((pair) => (stored.get(pair) ?? 0) < (scores.get(pair)?.answered ?? 0))),
    foreign: pairs([...stored.keys()].filter((pair) => (stored.get(pair) ?? 0) > (scores.get(pair)?.sent ?? 0))),
    sharing: pairs(positions.filter((position, n) => positions.indexOf(position) !== n)),
  };
}
