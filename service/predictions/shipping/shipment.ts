import { finished } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type ClientBase, DatabaseError, type Pool } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Version } from '../../../config/version';
import { transaction } from '../../database/transaction';
import { inputColumns, outputColumns } from '../record-line';
import { beginning, type Position } from '../spool/directory';
import type { SpoolBatch } from '../spool/reader';
import { BatchRows, type CopyData } from './batch-rows';
import type { FeedbackLoop } from './feedback-loop';
import { logTables } from './tables';

/** Somebody else has moved the spool on, or an earlier attempt was committed after all. */
export class PositionMovedError extends Error {
  override readonly name = 'PositionMovedError';
}

/** A row that the database refuses for what is in it. */
export interface RejectedRow {
  /** Its two lines, as they stand in the spool. */
  readonly lines: Buffer;
  readonly reason: string;
}

/** A batch whose rows have run ids. */
export interface NumberedBatch {
  readonly rows: BatchRows;
  readonly runIds: readonly string[];
  /** The position behind it. */
  readonly end: Position;
}

/**
 * How long a batch waits with its rows for the one before it, in milliseconds. That one may itself wait for these rows,
 * if both have the same (id, request_time), and the database sees only one half of this circle.
 */
const patienceMs = 2_000;

/** Moves batches of a spool into the tables of one version, each in a transaction with the spool's position. */
export class Shipment {
  readonly #tables;

  constructor(
    private readonly pool: Pool,
    version: Version,
    /** Stores predictions as events in the same transaction. @default none */
    private readonly feedback?: FeedbackLoop,
  ) {
    this.#tables = logTables(version);
  }

  /**
   * How far the tables have a spool; it is known to the database from now on. What is shipped has to be read from the
   * disk after this: of a spool that another shipper has finished and removed nothing is to be found then.
   */
  async position(spoolId: string): Promise<Position> {
    const { spools } = this.#tables;
    await this.pool.query(
      `insert into ${spools} (spool_id, segment, position, shipped_at) values ($1, $2, $3, now()) on conflict do nothing`,
      [spoolId, beginning.segment, beginning.offset],
    );
    const { rows } = await this.pool.query(`select segment, position from ${spools} where spool_id = $1`, [spoolId]);
    if (rows.length === 0) throw new PositionMovedError(`the spool ${spoolId} has been removed`);
    return { segment: rows[0].segment, offset: Number(rows[0].position) };
  }

  /** Forgets a spool, whose files are gone. */
  async forget(spoolId: string): Promise<void> {
    await this.pool.query(`delete from ${this.#tables.spools} where spool_id = $1`, [spoolId]);
  }

  /** Numbers the rows of a batch: later calls give higher run ids. Ids of rows that are not shipped stay unused. */
  async number({ frames, end }: SpoolBatch): Promise<NumberedBatch> {
    const rows = new BatchRows(frames);
    const { rows: drawn } = await this.pool.query(
      `select string_agg(nextval((select pg_get_serial_sequence($1, 'run_id')::regclass))::text, ' ') as ids
       from generate_series(1, $2)`,
      [this.#tables.inputs, rows.count],
    );
    return { rows, runIds: drawn[0].ids?.split(' ') ?? [], end };
  }

  /**
   * Adds the rows of a batch that starts at `from` and moves the spool's position behind it, both or neither. A row
   * whose (id, request_time, sample) is there already is marked as duplicate.
   * @param previous the shipment of the batch before this one, if that is still under way
   * @param reject stores rows that the database refuses for their content; called before the commit, so perhaps twice
   * @throws {PositionMovedError} if the position is not `from` then; nothing was changed
   */
  async ship(
    spoolId: string,
    from: Position,
    { rows, runIds, end }: NumberedBatch,
    previous: Promise<void> | undefined,
    reject: (rows: readonly RejectedRow[]) => Promise<void>,
  ): Promise<void> {
    const move = (client: ClientBase) => this.#move(client, spoolId, from, end);
    const copy = async (client: ClientBase) => {
      await this.#copy(client, rows.copyData(0, rows.count, runIds));
      await this.feedback?.store(client, rows, 0, rows.count);
    };
    try {
      await transaction(this.pool, async (client) => {
        // Moving first makes another shipper of this spool wait, instead of copying the same rows in vain.
        if (previous === undefined) await move(client);
        await copy(client);
        if (previous === undefined) return;
        if (!(await settles(previous, patienceMs))) throw new PositionMovedError('the batch before takes long');
        await move(client);
      });
    } catch (error) {
      if (!isDataError(error)) throw error;
      await previous;
      await transaction(this.pool, async (client) => {
        await move(client);
        await this.#copySingly(client, rows, runIds, reject);
      });
    }
  }

  async #move(client: ClientBase, spoolId: string, from: Position, to: Position): Promise<void> {
    const { rowCount } = await client.query(
      `update ${this.#tables.spools} set segment = $4, position = $5, shipped_at = now()
       where spool_id = $1 and segment = $2 and position = $3`,
      [spoolId, from.segment, from.offset, to.segment, to.offset],
    );
    if (rowCount === 0) throw new PositionMovedError(`the spool ${spoolId} has been moved on`);
  }

  /** The fast way, for rows without a fault and without a duplicate. */
  async #copy(client: ClientBase, { inputs, outputs }: CopyData): Promise<void> {
    await copy(client, this.#tables.inputs, inputColumns, inputs);
    await copy(client, this.#tables.outputs, outputColumns, outputs);
  }

  /** The way for rows of which some may be duplicates. */
  async #copyWithDuplicates(client: ClientBase, { inputs, outputs }: CopyData): Promise<void> {
    const table = this.#tables.inputs;
    const columns = ['run_id', ...inputColumns].join(', ');
    await client.query(
      `create temporary table if not exists shipped (like ${table} including defaults) on commit drop`,
    );
    await client.query('truncate shipped');
    await copy(client, 'shipped', inputColumns, inputs);
    await client.query(
      `insert into ${table} (${columns}) select ${columns} from shipped order by run_id
       on conflict (id, request_time, sample) where not duplicate do nothing`,
    );
    await client.query(
      `insert into ${table} (${columns}, duplicate) select ${columns}, true from shipped
       where not exists (select from ${table} present where present.run_id = shipped.run_id) order by run_id`,
    );
    await copy(client, this.#tables.outputs, outputColumns, outputs);
  }

  /** Halves what fails until the rows at fault are alone. */
  async #copySingly(
    client: ClientBase,
    rows: BatchRows,
    runIds: readonly string[],
    reject: (rows: readonly RejectedRow[]) => Promise<void>,
  ): Promise<void> {
    const rejected: RejectedRow[] = [];
    const add = async (from: number, to: number): Promise<void> => {
      await client.query('savepoint part');
      try {
        await this.#copyWithDuplicates(client, rows.copyData(from, to, runIds));
        await this.feedback?.store(client, rows, from, to);
        await client.query('release savepoint part');
      } catch (error) {
        if (!isDataError(error)) throw error;
        await client.query('rollback to savepoint part');
        if (to - from === 1) {
          rejected.push({ lines: rows.lines(from), reason: error.message });
          return;
        }
        const middle = (from + to) >> 1;
        await add(from, middle);
        await add(middle, to);
      }
    };
    await add(0, rows.count);
    if (rejected.length > 0) await reject(rejected);
  }
}

async function copy(client: ClientBase, table: string, columns: readonly string[], data: Buffer): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} (run_id, ${columns.join(', ')}) from stdin`));
  stream.end(data);
  await finished(stream);
}

/**
 * Whether the rows are to blame: 22 data exception, 23 integrity constraint, 54 program limit (a value too long or too
 * deep). Everything else passes, however long it takes.
 */
const isDataError = (error: unknown): error is DatabaseError =>
  error instanceof DatabaseError && /^(?:22|23|54)/.test(error.code ?? '');

const settles = (work: Promise<void>, withinMs: number): Promise<boolean> =>
  Promise.race([work.then(() => true), wait(withinMs, false, { ref: false })]);
