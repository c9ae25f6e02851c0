import type { ClientBase, Pool } from 'pg';
import { cancellable } from '../../database/cancellation';
import { transaction } from '../../database/transaction';
import { AppError } from '../apps/errors';
import type { Event } from '../format/event';
import { InvalidInputError } from '../format/invalid-input';
import { equalJson } from '../format/json';
import { parseEvent } from '../format/parse-event';
import { JsonSyntaxError, parseJson } from '../format/parse-json';
import { newEvent, type Place } from '../store/new-event';
import { copyColumns } from './copy-line';
import { EventCopy } from './event-copy';
import type { EventLine } from './event-lines';
import { ImportError } from './import-error';

export interface ImportOptions {
  readonly pool: Pool;
  readonly place: Place;
  /** Some lines at a time. */
  readonly lines: AsyncIterable<readonly EventLine[]>;
  /** Bad lines are left out; else the first of them ends the import. */
  readonly skipErrors: boolean;
  /** The events of the place that are not in the input are deleted, and taken ids get the new content. */
  readonly purge: boolean;
  /** Ends the import with the signal's reason; nothing is kept. */
  readonly signal?: AbortSignal;
  /** Hears of lines that are left out. */
  readonly onSkipped?: (message: string) => void;
  /** Hears how many good lines were read so far. */
  readonly onProgress?: (lines: number) => void;
}

/** What became of the lines. */
export interface Imported {
  readonly stored: number;
  /** There already, with the same content. */
  readonly repeated: number;
  readonly skipped: number;
  /** Events that were there before and went. */
  readonly deleted: number;
}

/**
 * Stores all events of the input in one transaction, or none.
 * @throws {ImportError} `line <n>: <message>` for a bad line, and if all lines are bad
 * @throws {AppError} if there is no such app or channel
 */
export function importEvents(options: ImportOptions): Promise<Imported> {
  const { pool, place, purge, signal } = options;
  return transaction(pool, (client) =>
    cancellable(client, pool, signal, async () => {
      await lockPlace(client, place, purge);
      return storeLines(client, options);
    }),
  );
}

/**
 * Keeps app and channel from being deleted meanwhile. Of two imports that delete, the later one waits. Events get their
 * numbers from here on, and who follows them by number sees from the lock that some are still to come.
 */
async function lockPlace(client: ClientBase, { app, channel }: Place, purge: boolean): Promise<void> {
  const strength = purge ? 'no key update' : 'key share';
  const { rowCount } = await client.query(`select from apps where id = $1 for ${strength}`, [app]);
  if (rowCount === 0) throw new AppError(`App ID ${app} does not exist. Aborting.`);
  await client.query('lock table events in row exclusive mode');
  if (channel === 0) return;
  const found = await client.query('select from channels where id = $1 for key share', [channel]);
  if (found.rowCount === 0) throw new AppError(`Channel ID ${channel} doesn't exist.`);
}

async function storeLines(client: ClientBase, options: ImportOptions): Promise<Imported> {
  const { place, purge } = options;
  const faults = new Faults(options);
  const copy = new EventCopy(client, place);
  const good = await copyLines(copy, faults, options).catch(async (error) => {
    await copy.abandon();
    throw error;
  });
  if (good === 0 && faults.count > 0) throw new ImportError('no line is good; nothing was stored');
  const deleted = purge && good > 0 ? await deleteOthers(client, place) : 0;
  if (!copy.isStaged) return { stored: good, repeated: 0, skipped: faults.count, deleted };

  const moved = await moveStaged(client);
  const conflicts = await findConflicts(client, place, (position) => {
    faults.add(position, 'An event with this eventId and other content already exists.');
  });
  const stored = good - moved.staged + moved.stored;
  return { stored, repeated: good - stored - conflicts, skipped: faults.count, deleted };
}

/** @returns how many lines are good */
async function copyLines(
  copy: EventCopy,
  faults: Faults,
  { place, lines, signal, onProgress }: ImportOptions,
): Promise<number> {
  let good = 0;
  for await (const some of lines) {
    signal?.throwIfAborted();
    for (const { bytes, position } of some) {
      const event = faults.catch(position, () => parseLine(bytes));
      if (!event) continue;
      good += 1;
      const waiting = copy.add(newEvent(event, place), position);
      // Not for each event, as there are millions.
      if (waiting) await waiting;
    }
    onProgress?.(good);
  }
  await copy.end();
  signal?.throwIfAborted();
  return good;
}

function parseLine(bytes: Buffer): Event {
  try {
    return parseEvent(parseJson(bytes), 'The event must be a JSON object.');
  } catch (error) {
    if (error instanceof JsonSyntaxError) {
      throw new InvalidInputError(`is not valid JSON: ${error.reason} at column ${error.column}`);
    }
    throw error;
  }
}

/** Bad lines: they are counted, or the first one ends everything. */
class Faults {
  count = 0;

  constructor(private readonly options: Pick<ImportOptions, 'skipErrors' | 'onSkipped'>) {}

  catch<T>(position: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      this.add(position, error.message);
      return undefined;
    }
  }

  add(position: string, message: string): void {
    const fault = `line ${position}: ${message}`;
    if (!this.options.skipErrors) throw new ImportError(fault);
    this.count += 1;
    this.options.onSkipped?.(fault);
  }
}

/** Deletes what this transaction did not store. */
async function deleteOthers(client: ClientBase, { app, channel }: Place): Promise<number> {
  const { rowCount } = await client.query(
    'delete from events where app = $1 and channel = $2 and xmin <> pg_current_xact_id()::xid',
    [app, channel],
  );
  return rowCount ?? 0;
}

/** Moves what has a new id; of equal ids the first. They go in order of ids, as those of the event server do. */
async function moveStaged(client: ClientBase): Promise<{ readonly staged: number; readonly stored: number }> {
  const { rowCount: stored } = await client.query(
    `insert into events (app, channel, ${copyColumns}, seq)
     select app, channel, ${copyColumns}, seq from imported order by event_id, seq
     on conflict do nothing`,
  );
  const { rows } = await client.query<{ staged: number }>('select count(*)::float8 as staged from imported');
  return { staged: rows[0]?.staged ?? 0, stored: stored ?? 0 };
}

interface Differing {
  readonly position: string;
  /** Whether the properties alone are written otherwise, and may still be the same value. */
  readonly same_fields: boolean;
  readonly imported: string;
  readonly stored: string;
}

const conflictBatch = 1000;

/**
 * Looks for staged events whose id has another content, in the order of the input.
 * @returns how many there are
 */
async function findConflicts(
  client: ClientBase,
  { app, channel }: Place,
  tell: (position: string) => void,
): Promise<number> {
  await client.query(
    `declare differing no scroll cursor for
     select * from (
       select i.seq, i.position, i.properties::text as imported, e.properties::text as stored,
         (i.event, i.entity_type, i.entity_id, i.target_entity_type, i.target_entity_id, i.pr_id)
           is not distinct from (e.event, e.entity_type, e.entity_id, e.target_entity_type, e.target_entity_id, e.pr_id)
           and (i.event_time = e.event_time or not i.has_time) as same_fields
       from imported i
       join events e on (e.app, e.channel, e.event_id) = ($1, $2, i.event_id)
     ) compared
     where not same_fields or imported <> stored
     order by seq`,
    [app, channel],
  );
  let conflicts = 0;
  for (;;) {
    const { rows } = await client.query<Differing>(`fetch ${conflictBatch} from differing`);
    for (const { position, same_fields, imported, stored } of rows) {
      if (same_fields && equalJson(parseJson(imported), parseJson(stored))) continue;
      conflicts += 1;
      tell(position);
    }
    if (rows.length < conflictBatch) return conflicts;
  }
}
