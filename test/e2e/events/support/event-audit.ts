import type { Pool } from 'pg';
import type { EventLoad, SentEvents, WrongAnswer } from './event-load';

/** What is wrong with the stored events, by the id of their entity; of each kind the first few. */
export interface EventFindings {
  /** Acknowledged, and not there with the id that was answered. */
  readonly missing: readonly string[];
  /** There more than once. */
  readonly doubled: readonly string[];
  /** Answered that nothing was stored, and there all the same. */
  readonly denied: readonly string[];
  /** In a batch of which another event is not there. */
  readonly halved: readonly string[];
  /** Answers that may never come. */
  readonly wrong: readonly WrongAnswer[];
  /** By how many events the statistics differ from the table. */
  readonly miscounted: number;
}

export const faultless: EventFindings = {
  missing: [],
  doubled: [],
  denied: [],
  halved: [],
  wrong: [],
  miscounted: 0,
};

const shown = 10;

/** Compares what clients were answered with what the tables hold of an app that had no other clients. */
export async function auditEvents(
  pool: Pool,
  app: number,
  { sent, wrong }: Pick<EventLoad, 'sent' | 'wrong'>,
): Promise<EventFindings> {
  const { rows, counted } = await inOneSnapshot(pool, app);
  const found = new Map<string, string[]>();
  for (const { entity_id, event_id } of rows) found.set(entity_id, [...(found.get(entity_id) ?? []), event_id]);
  const isThere = (entityId: string) => found.has(entityId);
  // An event that was sent again may have been stored before it was refused.
  const storedLater = new Set(sent.filter(({ answer }) => answer !== 'nothing stored').flatMap((one) => one.entityIds));
  const missing = ({ entityIds, eventIds, answer }: SentEvents) =>
    answer === 'stored' ? entityIds.filter((id, n) => found.get(id)?.[0] !== eventIds[n]) : [];
  const denied = ({ entityIds, answer }: SentEvents) =>
    answer === 'nothing stored' ? entityIds.filter((id) => isThere(id) && !storedLater.has(id)) : [];
  const halved = ({ entityIds }: SentEvents) => {
    const there = entityIds.filter(isThere);
    return there.length < entityIds.length ? there : [];
  };
  return {
    missing: sent.flatMap(missing).slice(0, shown),
    doubled: [...found].flatMap(([id, ids]) => (ids.length > 1 ? [id] : [])).slice(0, shown),
    denied: sent.flatMap(denied).slice(0, shown),
    halved: sent.flatMap(halved).slice(0, shown),
    wrong: wrong.slice(0, shown),
    miscounted: counted - rows.length,
  };
}

/** The events of an app and how many are counted, at one moment: some may still be on their way. */
async function inOneSnapshot(pool: Pool, app: number) {
  const client = await pool.connect();
  try {
    await client.query('begin isolation level repeatable read');
    const { rows } = await client.query<{ entity_id: string; event_id: string }>(
      'select entity_id, event_id from events where app = $1',
      [app],
    );
    const counts = await client.query<{ sum: number }>(
      'select coalesce(sum(count), 0)::int as sum from event_stats where app = $1',
      [app],
    );
    return { rows, counted: counts.rows[0]?.sum ?? 0 };
  } finally {
    await client.query('rollback');
    client.release();
  }
}
