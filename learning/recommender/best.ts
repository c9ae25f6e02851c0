/** A position of a list, and what it scored. */
export interface Ranked {
  readonly position: number;
  readonly score: number;
}

/**
 * The best k positions of a list of scores, best first; of equal scores the first position is the better one. A
 * score that overflowed to NaN or −∞ is the worst, but a score like others.
 * Takes O(n + k · log k · log n) on scores in random order.
 *
 * @param k any number; at most 0 gives none, above the length of the list all
 * @param admits asked only about positions that would be among the best so far
 */
export function bestOf(scores: ArrayLike<number>, k: number, admits?: (position: number) => boolean): Ranked[] {
  const heap = new WorstFirst(Math.min(k, scores.length));
  if (heap.capacity <= 0) return [];
  for (let position = 0; position < scores.length; position++) {
    const score = Number.isNaN(scores[position]!) ? Number.NEGATIVE_INFINITY : scores[position]!;
    // A later position has to score more, so equal scores never get in once the heap is full.
    if ((!heap.isFull || score > heap.worst) && (!admits || admits(position))) heap.push(position, score);
  }
  return heap.sorted();
}

/** A binary heap with the worst of the best at its root. */
class WorstFirst {
  private readonly positions: number[] = [];
  private readonly scores: number[] = [];

  constructor(readonly capacity: number) {}

  get isFull(): boolean {
    return this.positions.length === this.capacity;
  }

  /** What a score has to exceed to get in once the heap is full. */
  get worst(): number {
    return this.scores[0]!;
  }

  push(position: number, score: number): void {
    if (this.isFull) this.sink(position, score);
    else this.rise(position, score);
  }

  sorted(): Ranked[] {
    return this.positions
      .map((position, i) => ({ position, score: this.scores[i]! }))
      .sort((a, b) => b.score - a.score || a.position - b.position);
  }

  /** Puts an entry at the end and lets it rise to where its parent is worse. */
  private rise(position: number, score: number): void {
    let at = this.positions.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isWorse(position, score, parent)) break;
      this.put(at, this.positions[parent]!, this.scores[parent]!);
      at = parent;
    }
    this.put(at, position, score);
  }

  /** Replaces the root by an entry and lets it sink to where its children are better. */
  private sink(position: number, score: number): void {
    const size = this.positions.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.isWorse(this.positions[child + 1]!, this.scores[child + 1]!, child)) child++;
      if (this.isWorse(position, score, child)) break;
      this.put(at, this.positions[child]!, this.scores[child]!);
      at = child;
    }
    this.put(at, position, score);
  }

  private isWorse(position: number, score: number, than: number): boolean {
    return score < this.scores[than]! || (score === this.scores[than] && position > this.positions[than]!);
  }

  private put(at: number, position: number, score: number): void {
    this.positions[at] = position;
    this.scores[at] = score;
  }
}
