import { type Interactions, offsetsOf, transpose } from './interactions';
import { sharedDoubles, sharedIntegers } from './shared-memory';

/** Who did what with what: row r of the matrix is the user `users[r]`, column c the item `items[c]`. */
export interface NamedInteractions {
  /** Ascending, as `items`. */
  readonly users: readonly string[];
  readonly items: readonly string[];
  readonly interactions: Interactions;
}

/** Collects interactions in any order, 16 bytes each; of a user and an item the last one counts. */
export class InteractionBuilder {
  private readonly users = new Names();
  private readonly items = new Names();
  private userNumbers = new Uint32Array(1024);
  private itemNumbers = new Uint32Array(1024);
  private values = new Float64Array(1024);
  private count = 0;

  /** Number of interactions so far, repeated ones too. */
  get size(): number {
    return this.count;
  }

  add(user: string, item: string, value: number): void {
    if (this.count === this.values.length) this.grow();
    this.userNumbers[this.count] = this.users.numberOf(user);
    this.itemNumbers[this.count] = this.items.numberOf(item);
    this.values[this.count] = value;
    this.count += 1;
  }

  build(): NamedInteractions {
    const users = this.users.sorted();
    const items = this.items.sorted();
    renumber(this.userNumbers, this.count, users.ranks);
    renumber(this.itemNumbers, this.count, items.ranks);
    // Sorted by item first and by user then, each time stably, the entries of a row are in the order of the items.
    const byUser = transpose(this.byItem(users.names.length, items.names.length));
    return { users: users.names, items: items.names, interactions: withoutRepetition(byUser) };
  }

  private byItem(users: number, items: number): Interactions {
    const offsets = offsetsOf(this.itemNumbers, this.count, items);
    const columns = new Uint32Array(this.count);
    const values = new Float64Array(this.count);
    const next = offsets.slice();
    for (let n = 0; n < this.count; n++) {
      const to = next[this.itemNumbers[n]!]!++;
      columns[to] = this.userNumbers[n]!;
      values[to] = this.values[n]!;
    }
    return { width: users, offsets, columns, values };
  }

  private grow(): void {
    const capacity = 2 * this.values.length;
    this.userNumbers = extended(this.userNumbers, new Uint32Array(capacity));
    this.itemNumbers = extended(this.itemNumbers, new Uint32Array(capacity));
    this.values = extended(this.values, new Float64Array(capacity));
  }
}

/** Names numbered in the order in which they came. */
class Names {
  private readonly numbers = new Map<string, number>();

  numberOf(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(name, number);
    }
    return number;
  }

  /** The names ascending, and for each number the place of its name among them. */
  sorted(): { readonly names: readonly string[]; readonly ranks: Uint32Array } {
    const names = [...this.numbers.keys()].sort();
    const ranks = new Uint32Array(names.length);
    for (const [rank, name] of names.entries()) ranks[this.numbers.get(name)!] = rank;
    return { names, ranks };
  }
}

function extended<T extends Uint32Array | Float64Array>(shorter: T, longer: T): T {
  longer.set(shorter);
  return longer;
}

function renumber(numbers: Uint32Array, count: number, ranks: Uint32Array): void {
  for (let n = 0; n < count; n++) numbers[n] = ranks[numbers[n]!]!;
}

/** Keeps the last of entries that follow each other with the same column. */
function withoutRepetition(matrix: Interactions): Interactions {
  const { width, columns, values } = matrix;
  const offsets = sharedIntegers(matrix.offsets.length);
  let kept = 0;
  for (let row = 0; row + 1 < offsets.length; row++) {
    const end = matrix.offsets[row + 1]!;
    for (let entry = matrix.offsets[row]!; entry < end; entry++) {
      if (entry + 1 < end && columns[entry + 1] === columns[entry]) continue;
      columns[kept] = columns[entry]!;
      values[kept] = values[entry]!;
      kept += 1;
    }
    offsets[row + 1] = kept;
  }
  if (kept === columns.length) return matrix;
  const shorter = { width, offsets, columns: sharedIntegers(kept), values: sharedDoubles(kept) };
  shorter.columns.set(columns.subarray(0, kept));
  shorter.values.set(values.subarray(0, kept));
  return shorter;
}
