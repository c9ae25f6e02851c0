import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Version } from '../../config/version';
import type { DuplicateIndex } from './duplicate-index';
import { parseRequest } from './record-line';
import { BatchRows } from './shipping/batch-rows';
import { logTables } from './shipping/tables';
import { listSpools, notedPosition, spoolRoot } from './spool/directory';
import { readBatch } from './spool/reader';

export interface DuplicateHistoryOptions {
  readonly index: DuplicateIndex;
  readonly pool: Pool;
  readonly version: Version;
  readonly dataDirectory: string;
  readonly logger: Pick<Logger, 'warn'>;
}

/** Rows of one query; it bounds the memory. */
const pageRows = 20_000;
/** How many rows of all protocols are looked through for each place of the index. */
const rowsPerPlace = 4;
/** Time between two looks at what other instances have answered, in milliseconds. */
const followMs = 1_000;

/** Fills an index of repeated requests with those answered before the start, and by other instances. */
export class DuplicateHistory {
  readonly #tables;
  readonly #root: string;
  readonly #selectKeys: string;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  /** So that a database that is away is told of once. */
  #failing = false;
  /** Rows from this run id on are in the index; undefined once all older ones are too that it has room for. */
  #readFrom: string | undefined = '9223372036854775807';
  /** Newest run ids as of the last two looks, the latest first; undefined before the first look. */
  #newest: readonly [string, string] | undefined;
  /** What the other instances' spools looked like last. */
  #others = '[]';

  constructor(private readonly options: DuplicateHistoryOptions) {
    this.#tables = logTables(options.version);
    this.#root = spoolRoot(options.dataDirectory, options.version);
    this.#selectKeys = `select run_id, id, (extract(epoch from request_time) * 1000000)::bigint, prediction_id
      from ${this.#tables.inputs} where protocol = 'ml-aws' and not duplicate`;
  }

  /**
   * Resolves when what is in the spools and the newest rows of the table are in the index; older rows and the keys of
   * other instances follow in the background. A database that is away is asked again and again.
   */
  async start(): Promise<void> {
    await this.#readSpools();
    await this.#try(() => this.#readOlderPage());
    void this.#readOlder();
    this.#follow();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #readSpools(): Promise<void> {
    const { index } = this.options;
    const glance = { maxBytes: 4 * 1024 ** 2, finished: true, onGap: async () => {} };
    for (const id of await listSpools(this.#root)) {
      const spool = join(this.#root, id);
      let position = await notedPosition(spool);
      for (;;) {
        const batch = await readBatch(spool, position, glance);
        if (batch === undefined) break;
        const rows = new BatchRows(batch.frames);
        for (let row = 0; row < rows.count; row += 1) {
          const request = parseRequest(rows.input(row));
          if (request.protocol === 'ml-aws') index.claim(request, request.predictionId);
        }
        position = batch.end;
      }
    }
  }

  async #readOlder(): Promise<void> {
    while (this.#readFrom !== undefined && !this.#stopped) {
      if (!(await this.#try(() => this.#readOlderPage()))) await wait(followMs, undefined, { ref: false });
    }
  }

  /** Reads newest rows first: should there be a repetition at once, it is most likely one of these. */
  async #readOlderPage(): Promise<void> {
    const { index, pool } = this.options;
    const newest = await this.#newestRunId();
    this.#newest ??= [newest, newest];
    const { rows } = await pool.query({
      text: `${this.#selectKeys} and run_id < $1 and run_id > $2 order by run_id desc limit ${pageRows}`,
      values: [this.#readFrom, BigInt(newest) - BigInt(rowsPerPlace * index.capacity)],
      rowMode: 'array',
    });
    const hasRoom = rows.every(([, id, micros, predictionId]) =>
      index.addOlder({ id, requestTimeMicros: Number(micros) }, predictionId),
    );
    this.#readFrom = hasRoom && rows.length === pageRows ? rows.at(-1)?.[0] : undefined;
  }

  #follow(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(async () => {
      await this.#try(() => this.#readOthers());
      this.#follow();
    }, followMs).unref();
  }

  /** Reads new rows, if other instances have shipped any since the last look. */
  async #readOthers(): Promise<void> {
    const { rows: spools } = await this.options.pool.query({
      text: `select spool_id, segment, position from ${this.#tables.spools} where spool_id <> all($1) order by spool_id`,
      values: [await listSpools(this.#root)],
      rowMode: 'array',
    });
    const others = JSON.stringify(spools);
    const newest = await this.#newestRunId();
    // Transactions end in another order than they drew their run ids, so the rows of two looks are read, not of one.
    const from = this.#newest?.[1] ?? newest;
    if (others !== this.#others) await this.#readNewer(from);
    this.#others = others;
    this.#newest = [newest, this.#newest?.[0] ?? newest];
  }

  async #readNewer(runId: string): Promise<void> {
    const { pool, index } = this.options;
    for (let from: string | undefined = runId; from !== undefined; ) {
      const { rows }: { rows: string[][] } = await pool.query({
        text: `${this.#selectKeys} and run_id > $1 order by run_id limit ${pageRows}`,
        values: [from],
        rowMode: 'array',
      });
      for (const [, id = '', micros = '', predictionId = ''] of rows) {
        index.claim({ id, requestTimeMicros: Number(micros) }, predictionId);
      }
      from = rows.length === pageRows ? rows.at(-1)?.[0] : undefined;
    }
  }

  async #newestRunId(): Promise<string> {
    const { rows } = await this.options.pool.query(`select coalesce(max(run_id), 0) as id from ${this.#tables.inputs}`);
    return rows[0].id;
  }

  /** A repeated request that slips through is marked in its row, so a database that is away stops nothing here. */
  async #try(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      this.#failing = false;
      return true;
    } catch (error) {
      const { message } = error as Error;
      if (!this.#failing) this.options.logger.warn(`the check for repeated requests lacks rows: ${message}`);
      this.#failing = true;
      return false;
    }
  }
}
