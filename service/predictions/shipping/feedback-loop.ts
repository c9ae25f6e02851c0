import type { ClientBase } from 'pg';
import type { Logger } from 'pino';
import { timeOf } from '../../events/store/event-row';
import { type LoggedSample, parseSample } from '../record-line';
import type { BatchRows } from './batch-rows';

/** The answer to a query, as an event. */
interface PredictEvent {
  readonly predictionId: string;
  /** Compact JSON text. */
  readonly properties: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly prId: string | null;
}

const insertion = `insert into events (
    app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes, pr_id, created_at
  )
  select $1, id, 'predict', 'pio_pr', id, properties::json, ${timeOf('millis')}, 0, pr_id,
    date_trunc('milliseconds', clock_timestamp())
  from unnest($2::text[], $3::text[], $4::bigint[], $5::text[]) as given (id, properties, millis, pr_id)
  order by id
  on conflict do nothing`;

/** Stores the answers to PredictionIO's queries as events of an app, in whose order a later training finds them. */
export class FeedbackLoop {
  #toldMissing = false;

  constructor(
    private readonly app: string,
    private readonly logger: Pick<Logger, 'error'>,
  ) {}

  /**
   * Stores what of some rows was such a query, in the caller's transaction. Events of an app that is not there are left
   * out: their rows must not wait for it.
   * @param from the first row
   * @param to behind the last one
   */
  async store(client: ClientBase, rows: BatchRows, from: number, to: number): Promise<void> {
    const events = eventsOf(rows, from, to);
    if (events.length === 0) return;
    // The lock keeps the app from being deleted meanwhile.
    const { rows: apps } = await client.query<{ id: number }>('select id from apps where name = $1 for key share', [
      this.app,
    ]);
    const [app] = apps;
    if (!app) return this.#tellMissing();
    await client.query(insertion, [
      app.id,
      events.map(({ predictionId }) => predictionId),
      events.map(({ properties }) => properties),
      events.map(({ time }) => time),
      events.map(({ prId }) => prId),
    ]);
  }

  #tellMissing(): void {
    if (this.#toldMissing) return;
    this.#toldMissing = true;
    const hint = `make it: modelapp app new ${this.app}`;
    this.logger.error(`predictions are stored as no events, as there is no app '${this.app}'; ${hint}`);
  }
}

function eventsOf(rows: BatchRows, from: number, to: number): readonly PredictEvent[] {
  // Most batches of most services have none; a tab ends a field and is never inside one.
  if (!rows.include('\tpio\t')) return [];
  const events: PredictEvent[] = [];
  for (let row = from; row < to; row += 1) {
    const sample = parseSample(rows.input(row), rows.output(row));
    if (sample.protocol === 'pio') events.push(eventOf(sample));
  }
  return events;
}

function eventOf({ predictionId, model, revision, features, output, requestTimeMicros }: LoggedSample): PredictEvent {
  const { prId } = JSON.parse(features) as { prId?: string | number | null };
  const engineInstanceId = JSON.stringify(`${model}-${revision}`);
  return {
    predictionId,
    properties: `{"engineInstanceId":${engineInstanceId},"query":${features},"prediction":${output}}`,
    time: Math.floor(requestTimeMicros / 1000),
    prId: prId == null ? null : String(prId),
  };
}
