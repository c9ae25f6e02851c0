import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Version } from '../../config/version';
import { FeedbackLoop } from './shipping/feedback-loop';
import { keepGap, keepRejected, retireSpool } from './shipping/leftovers';
import { ShipperMetrics } from './shipping/metrics';
import { type NumberedBatch, PositionMovedError, Shipment } from './shipping/shipment';
import { listSpools, noteShipped, type Position, removeShippedSegments, spoolRoot } from './spool/directory';
import { takeIfAbandoned } from './spool/owner';
import { type Gap, readBatch } from './spool/reader';

export interface ShipperOptions {
  readonly pool: Pool;
  readonly version: Version;
  readonly dataDirectory: string;
  readonly logger: Pick<Logger, 'info' | 'warn' | 'error'>;
  /** Where `modelapp_spool_…` go. */
  readonly metrics: Registry;
  /** The app of the event server that gets the answers to PredictionIO's queries as events. @default none */
  readonly feedbackApp?: string | undefined;
}

/** Bytes of one batch, about: some 10,000 rows. */
const batchBytes = 4 * 1024 ** 2;
/** Batches of one spool until it is the next one's turn. */
const batchesInTurn = 8;
/** Time between two looks at the spools, in milliseconds: what is there by then makes one batch. */
const periodMs = 250;
/** Longest pause after a failure, in milliseconds. */
const longestPauseMs = 5_000;
/** How long a stop waits for the batch under way, in milliseconds. */
const lastBatchMs = 500;

/**
 * Moves all spools of a data directory into the database, those of this instance's processes and those that dead ones
 * left, which it removes afterwards. Several shippers may do so at once. While the database is away it tries for ever.
 */
export class Shipper {
  readonly #shipment: Shipment;
  readonly #root: string;
  readonly #metrics: ShipperMetrics;
  /** How far the tables have each spool; absent if that has to be looked up. */
  readonly #positions = new Map<string, Position>();
  /** Spools without files that the database still knows. */
  readonly #removed = new Set<string>();
  #round: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #running = false;
  /** Lets a round end behind its current batch. */
  #stopped = false;

  constructor(private readonly options: ShipperOptions) {
    const { pool, version, feedbackApp, logger } = options;
    const feedback = feedbackApp === undefined ? undefined : new FeedbackLoop(feedbackApp, logger);
    this.#shipment = new Shipment(pool, version, feedback);
    this.#root = spoolRoot(options.dataDirectory, version);
    this.#metrics = new ShipperMetrics(options.metrics, this.#root);
  }

  /** Ships in the background from now on. */
  start(): void {
    this.#running = true;
    this.#schedule(0);
  }

  /** Looks at the spools at once, for example because a writer has died. */
  wake(): void {
    if (this.#running) this.#schedule(0);
  }

  /** Resolves when all that was in the spools before the call is in the tables, or could not be brought there now. */
  async shipNow(): Promise<void> {
    // The round under way may have read a spool before the newest answers were in it.
    await this.#round;
    await this.#oneRound();
  }

  /** Ships what is there for at most this long, then no more. */
  async stop(limitMs: number): Promise<void> {
    this.#running = false;
    clearTimeout(this.#timer);
    if (limitMs > 0) await Promise.race([this.shipNow(), sleep(limitMs)]);
    this.#stopped = true;
    // The batch under way; one whose database hangs is left to itself, which loses nothing.
    await Promise.race([this.#round, sleep(lastBatchMs)]);
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const startedAt = Date.now();
      await this.#oneRound();
      const pause = Math.min(longestPauseMs, periodMs * 2 ** Math.min(this.#failures, 10));
      if (this.#running) this.#schedule(Math.max(0, pause - (Date.now() - startedAt)));
    }, delayMs);
  }

  /** One round at a time; whoever asks during one gets that one. */
  #oneRound(): Promise<void> {
    this.#round ??= this.#shipAll().finally(() => {
      this.#round = undefined;
    });
    return this.#round;
  }

  /** Ships every spool to its end, as that is when it is read last. */
  async #shipAll(): Promise<void> {
    const failures: unknown[] = [];
    const attempt = <T>(work: Promise<T>): Promise<T | undefined> =>
      work.catch((error: unknown) => {
        failures.push(error);
        return undefined;
      });
    // A few batches of each in turn: a long spool that a dead process left must not hold up the others.
    let open = (await attempt(listSpools(this.#root))) ?? [];
    while (open.length > 0 && !this.#stopped) {
      const more: string[] = [];
      for (const id of open) if (await attempt(this.#shipNext(id))) more.push(id);
      open = more;
    }
    for (const id of this.#removed) await attempt(this.#forget(id));
    this.#report(failures);
  }

  /** Says once that shipping fails, and once that it works again. */
  #report([error, ...others]: readonly unknown[]): void {
    const { logger } = this.options;
    if (error === undefined) {
      if (this.#failures > 0) logger.info('predictions reach the database again');
      this.#failures = 0;
      return;
    }
    this.#metrics.failed(1 + others.length);
    if (this.#failures === 0)
      logger.error({ err: error }, 'predictions do not reach the database; they wait in the spool');
    this.#failures += 1;
  }

  /** Ships the next batches of a spool. @returns whether more may be there already */
  async #shipNext(id: string): Promise<boolean> {
    try {
      const finished = await takeIfAbandoned(join(this.#root, id));
      const from = this.#positions.get(id) ?? (await this.#shipment.position(id));
      this.#positions.set(id, from);
      return await this.#shipFrom(id, from, finished);
    } catch (error) {
      this.#positions.delete(id);
      if (error instanceof PositionMovedError) return true;
      throw error;
    }
  }

  /** Two batches are on their way at once, so that a backlog keeps two cores of the database busy. */
  async #shipFrom(id: string, start: Position, finished: boolean): Promise<boolean> {
    const spool = join(this.#root, id);
    const onGap = (gap: Gap) => keepGap(spool, gap, this.options.logger);
    let from = start;
    let beforeLast: Promise<void> | undefined;
    let last: Promise<void> | undefined;
    let more = true;
    try {
      for (let count = 0; more && count < batchesInTurn; count += 1) {
        const batch = await readBatch(spool, from, { maxBytes: batchBytes, finished, onGap });
        if (batch === undefined) {
          await last;
          await this.#tidy(id, from, finished);
          return false;
        }
        const numbered = await this.#shipment.number(batch);
        await beforeLast;
        [beforeLast, last] = [last, this.#ship(id, from, numbered, last)];
        // Whoever awaits it next hears of a failure; until then it is nobody's.
        last.catch(() => {});
        from = batch.end;
        more = batch.full;
      }
      await last;
      return more;
    } finally {
      await Promise.allSettled([beforeLast, last]);
    }
  }

  async #ship(id: string, from: Position, batch: NumberedBatch, previous?: Promise<void>): Promise<void> {
    const spool = join(this.#root, id);
    let rejected = 0;
    await this.#shipment.ship(id, from, batch, previous, async (rows) => {
      rejected = rows.length;
      await keepRejected(spool, rows, this.options.logger);
    });
    this.#positions.set(id, batch.end);
    this.#metrics.shipped(batch.rows.count - rejected, rejected);
    // A full disk takes the note only after that.
    await removeShippedSegments(spool, batch.end);
    await noteShipped(spool, batch.end);
  }

  async #tidy(id: string, shipped: Position, finished: boolean): Promise<void> {
    if (finished) await this.#remove(id);
    else await removeShippedSegments(join(this.#root, id), shipped);
  }

  /** Files first: a spool that still has its row is never taken for a new one. */
  async #remove(id: string): Promise<void> {
    await retireSpool(this.#root, id);
    this.#positions.delete(id);
    this.#removed.add(id);
  }

  async #forget(id: string): Promise<void> {
    await this.#shipment.forget(id);
    this.#removed.delete(id);
  }
}

const sleep = (ms: number): Promise<void> => wait(ms, undefined, { ref: false });
