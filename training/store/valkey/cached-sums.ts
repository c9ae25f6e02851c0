import { KeyTable } from '../../../learning/sparse/key-table';
import type { Keys } from '../../../learning/sparse/keys';
import { blockOf } from '../blocks';

/** An entry is as good as its last news; older than this many syncs it is fetched before it is used. */
const freshFor = 16;

/** Of an entry that was never fetched. */
const never = -1;

/** A worker's view of the sums: what the servers said last, with its own pending changes added. */
export class CachedSums {
  private readonly table = new KeyTable();
  /** What has to be added to the servers' sums. */
  pendingZ = new Float64Array(1024);
  pendingN = new Float64Array(1024);
  z = new Float64Array(1024);
  n = new Float64Array(1024);
  block = new Uint32Array(1024);
  /** Slot of the key in its block on the server; -1 if it is not known to have one. */
  serverSlot = new Int32Array(1024);
  private freshAt = new Int32Array(1024);
  private isChanged = new Uint8Array(1024);
  private changedEntries: number[] = [];

  /** @param blocks how many blocks the keys are spread over */
  constructor(private readonly blocks: number) {}

  /** The keys of all entries, in their order. */
  get keys(): Keys {
    return this.table.keys;
  }

  /** The entry of a key, made if there is none. */
  entry(low: number, high: number): number {
    const { size } = this.table;
    const entry = this.table.add(low, high);
    if (entry < size) return entry;
    if (entry === this.z.length) this.grow();
    this.block[entry] = blockOf(low, high, this.blocks);
    this.serverSlot[entry] = -1;
    this.freshAt[entry] = never;
    return entry;
  }

  /** Whether an entry has to be fetched before it is used, after so many syncs. */
  isStale(entry: number, syncs: number): boolean {
    const freshAt = this.freshAt[entry]!;
    return freshAt === never || syncs - freshAt > freshFor;
  }

  /** Takes over what the servers have, after so many syncs. */
  refresh(entry: number, z: number, n: number, syncs: number): void {
    this.z[entry] = z + this.pendingZ[entry]!;
    this.n[entry] = n + this.pendingN[entry]!;
    this.freshAt[entry] = syncs;
  }

  /** Changes an entry here, and marks it to be changed on the servers. */
  add(entry: number, z: number, n: number): void {
    this.z[entry] = this.z[entry]! + z;
    this.n[entry] = this.n[entry]! + n;
    this.pendingZ[entry] = this.pendingZ[entry]! + z;
    this.pendingN[entry] = this.pendingN[entry]! + n;
    if (this.isChanged[entry] === 1) return;
    this.isChanged[entry] = 1;
    this.changedEntries.push(entry);
  }

  /** The entries that changed, none of which counts as changed from now on. */
  takeChanged(): readonly number[] {
    const taken = this.changedEntries;
    for (const entry of taken) this.isChanged[entry] = 0;
    this.changedEntries = [];
    return taken;
  }

  /** Uses nothing that the servers said before: their slots and sums may have changed. */
  distrust(): void {
    this.serverSlot.fill(-1);
    this.freshAt.fill(never);
  }

  private grow(): void {
    this.pendingZ = doubled(this.pendingZ, Float64Array);
    this.pendingN = doubled(this.pendingN, Float64Array);
    this.z = doubled(this.z, Float64Array);
    this.n = doubled(this.n, Float64Array);
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
