import type { Pool } from 'pg';

/** The outcome of one sample of a prediction, under a name. */
export interface Feedback {
  readonly predictionId: string;
  readonly sample: number;
  readonly name: string;
  readonly outcome: number | boolean;
}

/** `stored` the first time, `replaced` from then on. */
export type FeedbackStatus = 'stored' | 'replaced';

/** The outcomes of a name are either all numbers or all booleans. */
export class OtherKindError extends Error {
  override readonly name = 'OtherKindError';
  constructor(readonly kind: string) {
    super(`must be a ${kind}, as the first one of this name was`);
  }
}

/**
 * The kind of the name is stored with its first outcome. Of two requests that use a new name at once, the second does not
 * see the kind that it waited for: it gets no kind back and has to ask again.
 */
const statement = `
  with registered as (
    insert into feedback_kinds (name, kind) values ($3, $4) on conflict (name) do nothing returning kind
  ), known as (
    select kind from registered union all select kind from feedback_kinds where name = $3
  ), written as (
    insert into feedback (prediction_id, sample, name, outcome)
    select $1, $2, $3, $5::jsonb from known where kind = $4
    on conflict (prediction_id, sample, name)
      do update set outcome = excluded.outcome, reported_at = excluded.reported_at
    -- A row that no transaction has changed since it was made.
    returning xmax = 0 as is_new
  )
  select (select kind from known) as kind, (select is_new from written) as is_new`;

/** Keeps what turned out about predictions; the last outcome of a sample under a name counts. */
export class FeedbackStore {
  constructor(private readonly database: Pool) {}

  /**
   * Resolves after the commit.
   * @throws {OtherKindError} if outcomes of the name are of another kind
   */
  async store({ predictionId, sample, name, outcome }: Feedback): Promise<FeedbackStatus> {
    const kind = typeof outcome;
    const values = [predictionId, sample, name, kind, JSON.stringify(outcome)];
    for (;;) {
      const { rows } = await this.database.query<{ kind: string | null; is_new: boolean | null }>(statement, values);
      const row = rows[0];
      if (row?.kind === kind) return row.is_new ? 'stored' : 'replaced';
      if (row?.kind) throw new OtherKindError(row.kind);
    }
  }
}
