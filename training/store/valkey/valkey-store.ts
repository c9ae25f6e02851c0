import { zeroSums } from '../../../learning/linear/sums';
import { type Keys, keyAt, keyCount } from '../../../learning/sparse/keys';
import type { OnlineConf } from '../../conf/conf';
import { blocksOf } from '../blocks';
import type { StoredSums, Sums, SyncedSums, WorkerStore } from '../parameter-store';
import { allAnswers } from '../servers/all-answers';
import { awaitReplicas } from '../servers/replicas';
import type { Servers } from '../servers/servers';
import { StoreError, StoreExitCode } from '../store-error';
import { applyChanges, type BlockChanges, isApplied, type SyncId } from './block-changes';
import { type Block, blocksOfJob, connectionOf } from './blocks-on-servers';
import { CachedSums } from './cached-sums';
import { adaGradScales, fitsCounter, fromFixed, ftrlScales, type Scales, toFixed } from './fixed-point';
import { requireBlocks } from './job-blocks';
import { assignSlots, findKeys, keysPerScript } from './key-slots';
import { exportBlock, restoreBlock } from './portions';

export interface ValkeyStoreOptions {
  readonly servers: Servers;
  /** Names the job's data on the servers. */
  readonly job: string;
  /** How many shards the keys are spread over: the primaries when the job began. */
  readonly shards: number;
  /** Number of this worker, that no other of the job ever had. */
  readonly worker: number;
  readonly scales: Scales;
  /** Resolves when a worker that has come to a tick may go on. */
  readonly clock: WorkerStore['clock'];
}

/** How many keys `syncFrequent` syncs: few beside those of a minibatch, and most of what its examples share. */
const frequentKeys = 32;

/** The entries of some keys. */
interface LookedUpKeys {
  readonly entries: Uint32Array;
  /** After so many syncs all of them were fresh. */
  freshAt: number | undefined;
}

/** The scales for what an algorithm keeps in the place of z. */
export const scalesOf = ({ algorithm }: Pick<OnlineConf, 'algorithm'>): Scales =>
  algorithm === 'FTRL' ? ftrlScales : adaGradScales;

/**
 * The sums of a job on Valkey or Redis servers, as one worker sees them. `pull` and `push` work on a cache of its own;
 * what was pushed reaches the servers, and what others pushed comes back, with `sync`.
 */
export class ValkeyStore implements StoredSums, WorkerStore {
  private readonly blocks: readonly Block[];
  private readonly cache: CachedSums;
  private syncs = 0;
  /** How many times something was added to the servers' sums. */
  private additions = 0;
  /** What is known of keys, which are fetched, pulled and pushed one after the other. */
  private readonly looked = new WeakMap<Keys, LookedUpKeys>();
  private replacements: number;

  constructor(private readonly options: ValkeyStoreOptions) {
    this.blocks = blocksOfJob(options.job, options.shards);
    this.cache = new CachedSums(this.blocks.length);
    this.replacements = options.servers.replacements;
  }

  /** Asks the servers, once, for what pulls of all these keys would ask them for. */
  async fetch(minibatches: readonly Keys[]): Promise<void> {
    const { cache, syncs } = this;
    const lookedUp = minibatches.map((keys) => this.lookUp(keys));
    const stale = new Set<number>();
    for (const { entries } of lookedUp.filter(({ freshAt }) => freshAt !== syncs)) {
      for (let i = 0; i < entries.length; i++) if (cache.isStale(entries[i]!, syncs)) stale.add(entries[i]!);
    }
    if (stale.size > 0) await this.fetchEntries(stale);
    for (const keys of lookedUp) keys.freshAt = syncs;
  }

  async pull(keys: Keys): Promise<Sums> {
    await this.fetch([keys]);
    return this.sumsOf(this.lookUp(keys).entries);
  }

  async push(keys: Keys, deltas: Sums): Promise<void> {
    const { entries } = this.lookUp(keys);
    for (let i = 0; i < entries.length; i++) this.cache.add(entries[i]!, deltas.z[i]!, deltas.n[i]!);
  }

  /**
   * Adds all that was pushed since the last sync to the servers' sums, once, whatever connections are lost meanwhile,
   * and takes over the sums that they have then.
   * @throws {StoreError} naming the key, if a sum grows beyond 64 bits; if servers stay out of reach
   */
  sync(): Promise<SyncedSums> {
    this.syncs++;
    return this.addToServers(this.cache.takeChanged());
  }

  syncFrequent(): Promise<SyncedSums> {
    return this.addToServers(this.cache.byBlock(this.cache.first(frequentKeys)));
  }

  private async addToServers(entriesByBlock: readonly (readonly number[])[]): Promise<SyncedSums> {
    const changes = this.takeChanges(entriesByBlock);
    const sync: SyncId = { worker: this.options.worker, number: ++this.additions };
    let isRepeated = false;
    const counters = await this.options.servers.persist(async () => {
      const wasRepeated = isRepeated;
      isRepeated = true;
      await this.assignSlots(changes);
      const answers = await together(this.options.servers, () =>
        changes.map((change) => this.apply(change, sync, wasRepeated)),
      );
      await awaitReplicas(this.options.servers);
      return answers;
    });
    return this.takeOver(changes, counters);
  }

  clock(worker: number, tick: number): Promise<void> {
    return this.options.clock(worker, tick);
  }

  async *export(): AsyncIterable<{ readonly keys: Keys; readonly sums: Sums }> {
    const { servers, scales } = this.options;
    for (const block of this.blocks) yield* exportBlock(servers, block, scales);
    // A checkpoint or a model of servers that came back empty meanwhile would replace one that is whole.
    await servers.persist(() => this.distrustReplaced());
  }

  async restore(keys: Keys, sums: Sums): Promise<void> {
    const { servers, scales } = this.options;
    const positions: number[][] = this.blocks.map(() => []);
    for (const [i, block] of blocksOf(keys, positions.length).entries()) positions[block]!.push(i);
    for (const [i, block] of this.blocks.entries()) {
      await restoreBlock(servers, block, scales, select(keys, sums, positions[i]!));
    }
    this.cache.distrust();
  }

  private lookUp(keys: Keys): LookedUpKeys {
    const known = this.looked.get(keys);
    if (known) return known;
    const entries = new Uint32Array(keyCount(keys));
    for (let i = 0; i < entries.length; i++) entries[i] = this.cache.entry(keys[2 * i]!, keys[2 * i + 1]!);
    const lookedUp: LookedUpKeys = { entries, freshAt: undefined };
    this.looked.set(keys, lookedUp);
    return lookedUp;
  }

  private sumsOf(entries: Uint32Array): Sums {
    const sums = zeroSums(entries.length);
    for (let i = 0; i < entries.length; i++) {
      sums.z[i] = this.cache.z(entries[i]!);
      sums.n[i] = this.cache.n(entries[i]!);
    }
    return sums;
  }

  /** Asks the servers for entries, with their slots. */
  private async fetchEntries(entries: Iterable<number>): Promise<void> {
    const byBlock = this.cache.byBlock(entries);
    await this.options.servers.persist(async () => {
      await this.distrustReplaced();
      await together(this.options.servers, () =>
        byBlock.flatMap((inBlock, i) =>
          portions(Uint32Array.from(inBlock)).map((portion) => this.fetchPortion(this.blocks[i]!, portion)),
        ),
      );
    });
  }

  private async fetchPortion(block: Block, entries: Uint32Array): Promise<void> {
    const { servers, scales } = this.options;
    const found = await findKeys(connectionOf(servers, block), block.names, this.keysOf(entries));
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      this.cache.serverSlot[entry] = found.slots[i]!;
      const n = fromFixed(found.counters[2 * i]!, scales.n);
      this.cache.refresh(entry, fromFixed(found.counters[2 * i + 1]!, scales.z), n, this.syncs);
    }
  }

  /** What to add to the counters of entries, block by block; the rest that rounding leaves stays pending. */
  private takeChanges(entriesByBlock: readonly (readonly number[])[]): readonly BlockChanges[] {
    return entriesByBlock
      .map((entries, i) => this.takeChangesOf(this.blocks[i]!, entries))
      .filter(({ entries }) => entries.length > 0);
  }

  private takeChangesOf(block: Block, changed: readonly number[]): BlockChanges {
    const { cache } = this;
    const { scales } = this.options;
    const entries = new Uint32Array(changed.length);
    const amounts = new Float64Array(2 * changed.length);
    let count = 0;
    for (let i = 0; i < changed.length; i++) {
      const entry = changed[i]!;
      const n = toFixed(cache.pendingN(entry), scales.n);
      const z = toFixed(cache.pendingZ(entry), scales.z);
      if (n === 0 && z === 0) continue;
      if (!fitsCounter(n) || !fitsCounter(z)) this.refuse(entry);
      cache.settle(entry, fromFixed(z, scales.z), fromFixed(n, scales.n));
      entries[count] = entry;
      amounts[2 * count] = n;
      amounts[2 * count + 1] = z;
      count++;
    }
    return { block, entries: entries.subarray(0, count), amounts: amounts.subarray(0, 2 * count) };
  }

  private async assignSlots(changes: readonly BlockChanges[]): Promise<void> {
    await this.distrustReplaced();
    await allAnswers(
      changes.flatMap(({ block, entries }) =>
        portions(this.withoutSlot(entries)).map(async (portion) => {
          const connection = connectionOf(this.options.servers, block);
          const slots = await assignSlots(connection, block.names, this.keysOf(portion));
          for (const [i, entry] of portion.entries()) this.cache.serverSlot[entry] = slots[i]!;
        }),
      ),
    );
  }

  private withoutSlot(entries: Uint32Array): Uint32Array {
    const found: number[] = [];
    for (let i = 0; i < entries.length; i++) if (this.cache.serverSlot[entries[i]!] === -1) found.push(entries[i]!);
    return Uint32Array.from(found);
  }

  /** A replica that became the primary may lack the last slots that the old one gave out. */
  private async distrustReplaced(): Promise<void> {
    const { servers } = this.options;
    const { replacements } = servers;
    if (replacements === this.replacements) return;
    await requireBlocks(servers, this.blocks);
    this.replacements = replacements;
    this.cache.distrust();
  }

  /** The counters N and z of each entry, once the changes are in them. */
  private async apply(changes: BlockChanges, sync: SyncId, isRepeated: boolean): Promise<Float64Array> {
    const { block, entries, amounts } = changes;
    const connection = connectionOf(this.options.servers, block);
    if (isRepeated && (await isApplied(connection, block, sync))) {
      const found = await allAnswers(
        portions(entries).map((portion) => findKeys(connection, block.names, this.keysOf(portion))),
      );
      return Float64Array.from(found.flatMap(({ counters }) => Array.from(counters)));
    }
    const fields = new Uint32Array(amounts.length);
    for (let i = 0; i < entries.length; i++) {
      const slot = this.cache.serverSlot[entries[i]!]!;
      fields[2 * i] = 2 * slot;
      fields[2 * i + 1] = 2 * slot + 1;
    }
    const counters = await applyChanges(connection, block, sync, fields, amounts);
    const overflow = counters.findIndex(Number.isNaN);
    if (overflow >= 0) this.refuse(entries[overflow >> 1]!);
    return counters;
  }

  private takeOver(changes: readonly BlockChanges[], counters: readonly Float64Array[]): SyncedSums {
    const { cache } = this;
    const { scales } = this.options;
    const count = changes.reduce((sum, { entries }) => sum + entries.length, 0);
    const synced: SyncedSums = { before: zeroSums(count), after: zeroSums(count) };
    let at = 0;
    for (const [i, { entries, amounts }] of changes.entries()) {
      for (let j = 0; j < entries.length; j++) {
        const entry = entries[j]!;
        const n = counters[i]![2 * j]!;
        const z = counters[i]![2 * j + 1]!;
        synced.after.n[at] = fromFixed(n, scales.n);
        synced.after.z[at] = fromFixed(z, scales.z);
        synced.before.n[at] = fromFixed(n - amounts[2 * j]!, scales.n);
        synced.before.z[at] = fromFixed(z - amounts[2 * j + 1]!, scales.z);
        cache.refresh(entry, synced.after.z[at]!, synced.after.n[at]!, this.syncs);
        at++;
      }
    }
    return synced;
  }

  private keysOf(entries: Uint32Array): Keys {
    const { keys } = this.cache;
    const selected = new Uint32Array(2 * entries.length);
    for (let i = 0; i < entries.length; i++) {
      selected[2 * i] = keys[2 * entries[i]!]!;
      selected[2 * i + 1] = keys[2 * entries[i]! + 1]!;
    }
    return selected;
  }

  private refuse(entry: number): never {
    throw new StoreError(
      `the sums of key ${keyAt(this.cache.keys, entry)} grew beyond what the parameter store holds; scale its values`,
      StoreExitCode.failed,
    );
  }
}

/** Few enough at a time for a script. */
function portions(entries: Uint32Array): readonly Uint32Array[] {
  const count = Math.ceil(entries.length / keysPerScript);
  return Array.from({ length: count }, (_, i) => entries.subarray(i * keysPerScript, (i + 1) * keysPerScript));
}

/** Sends all that `work` sends at once in as few packets as it fits in. @returns the answers */
function together<T>({ primaries }: Servers, work: () => readonly Promise<T>[]): Promise<readonly T[]> {
  for (const { stream } of primaries) stream.cork();
  try {
    return allAnswers(work());
  } finally {
    for (const { stream } of primaries) stream.uncork();
  }
}

function select(keys: Keys, sums: Sums, positions: readonly number[]): { readonly keys: Keys; readonly sums: Sums } {
  return {
    keys: Uint32Array.from(positions.flatMap((i) => [keys[2 * i]!, keys[2 * i + 1]!])),
    sums: {
      z: Float64Array.from(positions, (i) => sums.z[i]!),
      n: Float64Array.from(positions, (i) => sums.n[i]!),
    },
  };
}
