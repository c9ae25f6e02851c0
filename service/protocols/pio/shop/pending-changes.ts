import type { Shop } from './shop';
import type { RuleType, ShopReader } from './shop-reader';
import type { Position } from './writer-watch';

/** Entities of one statement. */
const chunk = 1_000;

/**
 * What has changed since a shop was loaded. Behind the position up to where all is settled rows are read again at each
 * look, as one may have appeared among them; what was applied is left out by its number.
 */
export class PendingChanges {
  readonly #appliedEvents = new Set<number>();
  readonly #appliedRemovals = new Set<number>();
  /** What has to be read anew from all of its events; kept until that has succeeded. */
  readonly #rules = { item: new Set<string>(), constraint: new Set<string>() };
  readonly #users = new Set<string>();
  readonly #purchases = new Set<string>();

  get isEmpty(): boolean {
    return this.#rules.item.size + this.#rules.constraint.size + this.#users.size + this.#purchases.size === 0;
  }

  /** Notes that the shop has an event. */
  noteApplied(seq: number): void {
    this.#appliedEvents.add(seq);
  }

  /**
   * Brings a shop up to date with what the reader sees.
   * @returns false if that is not enough, as too much has been removed to tell what
   */
  async apply(reader: ShopReader, shop: Shop, settled: Position): Promise<boolean> {
    if (!(await this.#noteRemovals(reader, settled.removals))) return false;
    await this.#addEvents(reader, shop, settled.events);
    for (const type of ['item', 'constraint'] as const) await this.#readRules(reader, shop, type);
    await inChunks(this.#users, async (users) => {
      const events = await reader.userEventsOf(users);
      for (const user of users) shop.histories.forget(user);
      for (const event of events) shop.histories.add(event);
    });
    await inChunks(this.#purchases, async (items) => {
      const counts = await reader.purchasesOf(items);
      for (const item of items) shop.setPurchases(item, counts.get(item) ?? 0);
    });
    return true;
  }

  /** Forgets the numbers up to a position, behind which nothing is read again. */
  settle({ events, removals }: Position): void {
    for (const seq of this.#appliedEvents) if (seq <= events) this.#appliedEvents.delete(seq);
    for (const id of this.#appliedRemovals) if (id <= removals) this.#appliedRemovals.delete(id);
  }

  async #noteRemovals(reader: ShopReader, after: number): Promise<boolean> {
    for (const { id, entityType, entityId, target } of await reader.removals(after)) {
      if (entityType === undefined) return false;
      if (this.#appliedRemovals.has(id)) continue;
      this.#appliedRemovals.add(id);
      if (entityType === 'item' || entityType === 'constraint') this.#rules[entityType].add(entityId);
      if (entityType === 'user' && target !== undefined) {
        this.#users.add(entityId);
        this.#purchases.add(target);
      }
    }
    return true;
  }

  async #addEvents(reader: ShopReader, shop: Shop, after: number): Promise<void> {
    for (let from = after, more = true; more; ) {
      const page = await reader.newRows(from);
      for (const row of page.rows) {
        from = row.seq;
        if (this.#appliedEvents.has(row.seq)) continue;
        this.#appliedEvents.add(row.seq);
        if ('user' in row) shop.add(row.user);
        else this.#rules[row.type].add(row.id);
      }
      more = page.more;
    }
  }

  async #readRules(reader: ShopReader, shop: Shop, type: RuleType): Promise<void> {
    await inChunks(this.#rules[type], async (ids) => {
      const gone = new Set(ids);
      for await (const { id, properties } of reader.rulesOf(type, ids)) {
        gone.delete(id);
        shop.setRule(type, id, properties);
      }
      for (const id of gone) shop.setRule(type, id, undefined);
    });
  }
}

/** Takes out of a set what was worked off. */
async function inChunks(ids: Set<string>, work: (ids: readonly string[]) => Promise<void>): Promise<void> {
  while (ids.size > 0) {
    const some = [...ids].slice(0, chunk);
    await work(some);
    for (const id of some) ids.delete(id);
  }
}
