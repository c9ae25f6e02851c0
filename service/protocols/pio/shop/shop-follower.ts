import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase, Pool, PoolClient } from 'pg';
import type { BaseLogger } from 'pino';
import type { Registry } from 'prom-client';
import type { PioConfig } from '../../../../config/schema';
import type { Place } from '../../../events/store/new-event';
import { PendingChanges } from './pending-changes';
import { Shop, type ShopEvents } from './shop';
import { addShopMetrics } from './shop-metrics';
import { findPlace, readMoment, ShopReader } from './shop-reader';
import { type Moment, type Position, WriterWatch } from './writer-watch';

export interface ShopFollowerOptions {
  readonly pool: Pool;
  readonly config: PioConfig;
  readonly logger: Pick<BaseLogger, 'info' | 'warn'>;
  /** Where `modelapp_shop_…` go. */
  readonly metrics: Registry;
  /** Between two looks at the events, in milliseconds. @default 250 */
  readonly pollMs?: number;
}

/** How long a load waits for who is writing, and how long a look does, in milliseconds. */
const loadPatienceMs = 2_000;
const followPatienceMs = 60_000;
/** Between two looks at who is still writing, in milliseconds. */
const writerPollMs = 20;
/** What was removed is noted for an hour; who has not looked for so long reads everything, in milliseconds. */
const longestGapMs = 30 * 60_000;

/** What of the events is in memory. */
interface Followed {
  readonly place: Place;
  readonly shop: Shop;
  readonly watch: WriterWatch;
  readonly pending: PendingChanges;
  /** All rows up to here are in the shop. */
  settled: Position;
  lookedAt: number;
}

/**
 * Keeps a shop in memory as the event tables have it, some 250 ms behind. Queries read what is in memory alone: while the
 * database is away they are answered as of the last look, and the first look after that makes up for what was missed.
 */
export class ShopFollower {
  readonly #events: ShopEvents;
  readonly #empty: Shop;
  #followed: Followed | undefined;
  #loaded: boolean;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;
  /** What was told last, so that it is told once. */
  #told: string | undefined;
  #currentAt = performance.now();

  constructor(private readonly options: ShopFollowerOptions) {
    const { config, metrics } = options;
    const hasUsers = config.template === undefined || config.template === 'e-commerce';
    this.#events = {
      seen: hasUsers && config.unseenOnly ? config.seenEvents : [],
      viewed: hasUsers ? config.similarEvents : [],
      bought: hasUsers ? config.popularEvents : [],
    };
    this.#empty = new Shop(this.#events, config.historyLimit);
    this.#loaded = config.app === undefined;
    if (config.app !== undefined) addShopMetrics(metrics, this);
  }

  /** The shop as it is known now. */
  get shop(): Shop {
    return this.#followed?.shop ?? this.#empty;
  }

  /** Whether it is known at all; a shop without an app is, and one whose app is not there yet. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** How old at most what is known is, in milliseconds. */
  get ageMs(): number {
    return performance.now() - this.#currentAt;
  }

  /** Loads the shop and follows it from now on. Resolves after the first look, whatever came of it. */
  async start(): Promise<void> {
    if (this.options.config.app !== undefined) await this.#look();
  }

  /** What is in memory stays usable; it only follows no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  #look(): Promise<void> {
    this.#looking = this.#tryToLook().finally(() => {
      if (!this.#stopped) this.#timer = setTimeout(() => this.#look(), this.options.pollMs ?? 250);
    });
    return this.#looking;
  }

  async #tryToLook(): Promise<void> {
    const beganAt = performance.now();
    let client: PoolClient | undefined;
    let broken = true;
    try {
      client = await this.options.pool.connect();
      await this.#lookWith(client, beganAt);
      broken = false;
      this.#loaded = true;
      this.#currentAt = beganAt;
    } catch (error) {
      this.#tell(`what shops are like now is not known: ${(error as Error).message}; serving on`);
    } finally {
      client?.release(broken);
    }
  }

  async #lookWith(client: ClientBase, now: number): Promise<void> {
    const { app = '', channel } = this.options.config;
    const place = await findPlace(client, app, channel);
    if (!place) {
      this.#followed = undefined;
      this.#tell(`the app '${app}'${channel === undefined ? '' : ` with channel '${channel}'`} does not exist yet`);
      return;
    }
    if (this.#told !== undefined) this.options.logger.info(`the events of '${app}' are followed`);
    const known = this.#followed;
    const moment = await readMoment(client);
    if (known && !isOutdated(known, place, moment, now) && (await this.#follow(known, client, moment, now))) {
      known.lookedAt = now;
    } else {
      this.#followed = await this.#load(client, place, now);
    }
    this.#told = undefined;
  }

  /** @returns false if everything has to be read anew */
  async #follow(known: Followed, client: ClientBase, moment: Moment, now: number): Promise<boolean> {
    const { settled, watch, pending, shop, place } = known;
    const next = watch.observe(moment, now, followPatienceMs);
    if (watch.missed) return false;
    const isUnchanged = next?.events === settled.events && next.removals === settled.removals;
    if (isUnchanged && pending.isEmpty) return true;
    const isApplied = await inSnapshot(client, () =>
      pending.apply(new ShopReader(client, place, this.#events), shop, settled),
    );
    if (isApplied && next) {
      known.settled = next;
      pending.settle(next);
    }
    return isApplied;
  }

  async #load(client: ClientBase, place: Place, now: number): Promise<Followed> {
    const { historyLimit } = this.options.config;
    const shop = new Shop(this.#events, historyLimit);
    const pending = new PendingChanges();
    const watch = new WriterWatch();
    const settled = await untilSettled(client, watch);
    await inSnapshot(client, async () => {
      const reader = new ShopReader(client, place, this.#events);
      for await (const { type, id, properties } of reader.rules()) shop.setRule(type, id, properties);
      for await (const event of reader.userEvents()) {
        shop.add(event);
        if (event.seq > settled.events) pending.noteApplied(event.seq);
      }
    });
    return { place, shop, watch, pending, settled, lookedAt: now };
  }

  #tell(message: string): void {
    if (this.#told !== message) this.options.logger.warn(message);
    this.#told = message;
  }
}

/** Whether what is known no longer is about the same events: another app, a database restored, too long a gap. */
const isOutdated = ({ place, settled, lookedAt }: Followed, now: Place, { position }: Moment, at: number): boolean =>
  place.app !== now.app ||
  place.channel !== now.channel ||
  position.events < settled.events ||
  position.removals < settled.removals ||
  at - lookedAt > longestGapMs;

/** Waits for those who are writing, but not for long ones, after whose end everything is read again. */
async function untilSettled(client: ClientBase, watch: WriterWatch): Promise<Position> {
  for (;;) {
    const settled = watch.observe(await readMoment(client), performance.now(), loadPatienceMs);
    if (settled) return settled;
    await sleep(writerPollMs);
  }
}

/** Does some reading as of one moment. */
async function inSnapshot<T>(client: ClientBase, read: () => Promise<T>): Promise<T> {
  await client.query('begin isolation level repeatable read read only');
  const result = await read();
  await client.query('commit');
  return result;
}
