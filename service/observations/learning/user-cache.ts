import type { ObservedUser } from '../../../learning/recommender/observed-user';

/** What the statistics of the users in the cache may take, in bytes. */
const cacheBytes = 64 * 1024 ** 2;

/** The users of one revision who learnt last, with all that was observed of them up to a position. */
export class UserCache {
  /** Least recently used first. */
  private readonly users = new Map<string, ObservedUser>();
  private readonly capacity: number;
  #position = 0n;

  /** @param width of the weights; the statistics of a user take its square in doubles */
  constructor(width: number) {
    this.capacity = Math.floor(cacheBytes / (8 * width * (width + 1)));
  }

  /** Empties the cache unless it stands at this position: then others learnt what it does not know. */
  startAt(position: bigint): void {
    if (this.#position !== position) this.users.clear();
    this.#position = position;
  }

  /** Says that every user in the cache knows all up to this position. */
  advanceTo(position: bigint): void {
    this.#position = position;
  }

  get(user: string): ObservedUser | undefined {
    return this.users.get(user);
  }

  put(user: string, observed: ObservedUser): void {
    this.users.delete(user);
    this.users.set(user, observed);
    if (this.users.size <= this.capacity) return;
    const [oldest] = this.users.keys();
    this.users.delete(oldest as string);
  }

  clear(): void {
    this.users.clear();
  }
}
