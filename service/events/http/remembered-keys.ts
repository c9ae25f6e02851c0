import type { Pool } from 'pg';
import { readInTime } from '../../database/commit/outcomes';
import { accessKeyHash } from '../apps/access-key';

/** What a key gives access to. */
export interface KeyAccess {
  readonly app: number;
  /** The events it may write; none means all. */
  readonly events: ReadonlySet<string>;
  /** The channels of the app, by name. */
  readonly channels: ReadonlyMap<string, number>;
}

/** How long a deleted key may go on, in milliseconds. */
const trustMs = 3_000;
const mostKeys = 10_000;

/** Looks keys up. Those that exist are remembered for a moment, and unknown ones never, so that a new key works at once. */
export class RememberedKeys {
  readonly #known = new Map<string, { readonly key: KeyAccess; readonly until: number }>();
  readonly #lookUps = new Map<string, Promise<KeyAccess | undefined>>();

  /** @param waitMs how long the database may take, in milliseconds */
  constructor(
    private readonly pool: Pool,
    private readonly waitMs: number,
  ) {}

  /** What is remembered of a key; undefined if it has to be looked up. */
  remembered(text: string): KeyAccess | undefined {
    const known = this.#known.get(text);
    return known && known.until > performance.now() ? known.key : undefined;
  }

  /**
   * Asks the database for a key.
   * @throws {NothingStoredError} if it does not answer in time
   */
  lookUp(text: string): Promise<KeyAccess | undefined> {
    const underWay = this.#lookUps.get(text);
    // One that began before the key was made does not find it.
    return underWay ? underWay.then((key) => key ?? this.#share(text)) : this.#share(text);
  }

  /** Those who ask at the same time get one answer. */
  #share(text: string): Promise<KeyAccess | undefined> {
    const underWay = this.#lookUps.get(text);
    if (underWay) return underWay;
    const lookUp = this.#ask(text).finally(() => this.#lookUps.delete(text));
    this.#lookUps.set(text, lookUp);
    return lookUp;
  }

  async #ask(text: string): Promise<KeyAccess | undefined> {
    const askedAt = performance.now();
    const found = this.pool.query<{ app: number; events: string[]; channels: Record<string, number> }>({
      name: 'find_access_key',
      text: `select keys.app, keys.events,
          coalesce(json_object_agg(channels.name, channels.id) filter (where channels.id is not null), '{}') as channels
        from access_keys keys left join channels on channels.app = keys.app
        where keys.hash = $1
        group by keys.id`,
      values: [accessKeyHash(text)],
    });
    const { rows } = await readInTime(this.waitMs, found);
    const [row] = rows;
    this.#known.delete(text);
    if (!row) return undefined;
    const channels = new Map(Object.entries(row.channels));
    const key: KeyAccess = { app: row.app, events: new Set(row.events), channels };
    if (this.#known.size >= mostKeys) this.#known.clear();
    this.#known.set(text, { key, until: askedAt + trustMs });
    return key;
  }
}
