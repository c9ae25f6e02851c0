import { KeyTable } from '../../../learning/sparse/key-table';
import type { Keys } from '../../../learning/sparse/keys';
import { blockOf } from '../blocks';

/** An entry is as good as its last news; older than this many syncs it is fetched before it is used. */
const freshFor = 16;

/** Of an entry that was never fetched. */
const never = -1;

/** The sums of an entry and, after them, what has to be added to the servers' ones: one look at memory brings all. */
const sumsOfEntry = 4;
const n = 0;
const z = 1;
const pendingN = 2;
const pendingZ = 3;

/** A worker's view of the sums: what the servers said last, with its own pending changes added. */
export class CachedSums {
  private readonly table = new KeyTable();
  private sums = new Float64Array(sumsOfEntry * 1024);
  private block = new Uint32Array(1024);
  /** Slot of the key in its block on the server; -1 if it is not known to have one. */
  serverSlot = new Int32Array(1024);
  private freshAt = new Int32Array(1024);
  private isChanged = new Uint8Array(1024);
  /** The entries that changed, block by block. */
  private changed: readonly number[][];

  /** @param blocks how many blocks the keys are spread over */
  constructor(private readonly blocks: number) {
    this.changed = this.emptyLists();
  }

  /** The keys of all entries, in their order. */
  get keys(): Keys {
    return this.table.keys;
  }

  /** The entry of a key, made if there is none. */
  entry(low: number, high: number): number {
    const { size } = this.table;
    const entry = this.table.add(low, high);
    if (entry < size) return entry;
    if (entry === this.block.length) this.grow();
    this.block[entry] = blockOf(low, high, this.blocks);
    this.serverSlot[entry] = -1;
    this.freshAt[entry] = never;
    return entry;
  }

  n(entry: number): number {
    return this.sums[sumsOfEntry * entry + n]!;
  }

  z(entry: number): number {
    return this.sums[sumsOfEntry * entry + z]!;
  }

  /** What has to be added to the server's N. */
  pendingN(entry: number): number {
    return this.sums[sumsOfEntry * entry + pendingN]!;
  }

  /** What has to be added to the server's z. */
  pendingZ(entry: number): number {
    return this.sums[sumsOfEntry * entry + pendingZ]!;
  }

  /** Whether an entry has to be fetched before it is used, after so many syncs. */
  isStale(entry: number, syncs: number): boolean {
    const freshAt = this.freshAt[entry]!;
    return freshAt === never || syncs - freshAt > freshFor;
  }

  /** Takes over what the servers have, after so many syncs. */
  refresh(entry: number, ofServerZ: number, ofServerN: number, syncs: number): void {
    const { sums } = this;
    const at = sumsOfEntry * entry;
    sums[at + n] = ofServerN + sums[at + pendingN]!;
    sums[at + z] = ofServerZ + sums[at + pendingZ]!;
    this.freshAt[entry] = syncs;
  }

  /** Changes an entry here, and marks it to be changed on the servers. */
  add(entry: number, changeOfZ: number, changeOfN: number): void {
    const { sums } = this;
    const at = sumsOfEntry * entry;
    sums[at + n]! += changeOfN;
    sums[at + z]! += changeOfZ;
    sums[at + pendingN]! += changeOfN;
    sums[at + pendingZ]! += changeOfZ;
    if (this.isChanged[entry] === 1) return;
    this.isChanged[entry] = 1;
    this.changed[this.block[entry]!]!.push(entry);
  }

  /** Counts changes as made on the servers, so that they are pending no longer. */
  settle(entry: number, changeOfZ: number, changeOfN: number): void {
    this.sums[sumsOfEntry * entry + pendingN]! -= changeOfN;
    this.sums[sumsOfEntry * entry + pendingZ]! -= changeOfZ;
  }

  /** The entries that changed, block by block; none of them counts as changed from now on. */
  takeChanged(): readonly (readonly number[])[] {
    const taken = this.changed;
    for (const entries of taken) for (const entry of entries) this.isChanged[entry] = 0;
    this.changed = this.emptyLists();
    return taken;
  }

  /** So many entries that were made first: most likely of the keys that most examples have. */
  first(count: number): readonly number[] {
    return Array.from({ length: Math.min(count, this.table.size) }, (_, entry) => entry);
  }

  /** Entries block by block, in the order that they have here. */
  byBlock(entries: Iterable<number>): readonly (readonly number[])[] {
    const lists = this.emptyLists();
    for (const entry of entries) lists[this.block[entry]!]!.push(entry);
    return lists;
  }

  /** Uses nothing that the servers said before: their slots and sums may have changed. */
  distrust(): void {
    this.serverSlot.fill(-1);
    this.freshAt.fill(never);
  }

  private emptyLists(): readonly number[][] {
    return Array.from({ length: this.blocks }, () => []);
  }

  private grow(): void {
    this.sums = doubled(this.sums, Float64Array);
    this.block = doubled(this.block, Uint32Array);
    this.serverSlot = doubled(this.serverSlot, Int32Array);
    this.freshAt = doubled(this.freshAt, Int32Array);
    this.isChanged = doubled(this.isChanged, Uint8Array);
  }
}

/** A copy with twice the room. */
function doubled<T extends { readonly length: number; set(from: T): void }>(
  array: T,
  make: new (length: number) => T,
): T {
  const larger = new make(2 * array.length);
  larger.set(array);
  return larger;
}
