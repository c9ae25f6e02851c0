/** Something that a user did with an item. */
export interface UserEvent {
  /** Number of the event. */
  readonly seq: number;
  readonly event: string;
  readonly user: string;
  readonly item: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** Which events count as what, by their names. */
export interface EventMeanings {
  /** The item has been seen. */
  readonly seen: readonly string[];
  /** The item is what the user looks for. */
  readonly viewed: readonly string[];
}

interface View {
  readonly item: string;
  readonly time: number;
  readonly seq: number;
}

interface History {
  readonly seen: Set<string>;
  /** The latest first. */
  readonly views: View[];
}

/** How many views of a user count. */
const viewsKept = 10;

/** What users have seen, and viewed last; of limited size. */
export class UserHistories {
  /** Who did something last is at the end. */
  readonly #users = new Map<string, History>();
  readonly #seen: ReadonlySet<string>;
  readonly #viewed: ReadonlySet<string>;
  #size = 0;
  #forgotten = 0;

  /** @param limit most items of all users together, before users are forgotten */
  constructor(
    { seen, viewed }: EventMeanings,
    private readonly limit: number,
  ) {
    this.#seen = new Set(seen);
    this.#viewed = new Set(viewed);
  }

  /** Items of all users together. */
  get size(): number {
    return this.#size;
  }

  /** How often a user was forgotten to make room. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Adds what a user did, in any order of time. */
  add({ event, user, item, time, seq }: UserEvent): void {
    const isSeen = this.#seen.has(event);
    const isViewed = this.#viewed.has(event);
    if (!isSeen && !isViewed) return;
    const history = this.#users.get(user) ?? { seen: new Set(), views: [] };
    this.#size -= sizeOf(history);
    if (isSeen) history.seen.add(item);
    if (isViewed) addView(history.views, { item, time, seq });
    this.#size += sizeOf(history);
    this.#users.delete(user);
    this.#users.set(user, history);
    this.#makeRoom();
  }

  /** Forgets what a user did. */
  forget(user: string): void {
    const history = this.#users.get(user);
    if (!history) return;
    this.#size -= sizeOf(history);
    this.#users.delete(user);
  }

  hasSeen(user: string, item: string): boolean {
    return this.#users.get(user)?.seen.has(item) ?? false;
  }

  /** The items of the user's last 10 views, the latest first, each once. */
  lastViewed(user: string): readonly string[] {
    return [...new Set(this.#users.get(user)?.views.map(({ item }) => item))];
  }

  #makeRoom(): void {
    for (const user of this.#users.keys()) {
      if (this.#size <= this.limit || this.#users.size === 1) return;
      this.forget(user);
      this.#forgotten += 1;
    }
  }
}

const sizeOf = ({ seen, views }: History): number => seen.size + views.length;

function addView(views: View[], view: View): void {
  const isNewer = ({ time, seq }: View) => view.time > time || (view.time === time && view.seq > seq);
  const at = views.findIndex(isNewer);
  views.splice(at < 0 ? views.length : at, 0, view);
  views.length = Math.min(views.length, viewsKept);
}
