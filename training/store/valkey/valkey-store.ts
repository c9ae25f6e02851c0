import { type Keys, keyAt, keyCount } from '../../../learning/sparse/keys';
import type { OnlineConf } from '../../conf/conf';
import type { ParameterStore, Sums } from '../parameter-store';
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
  readonly clock: ParameterStore['clock'];
}

/** The scales for what an algorithm keeps in the place of z. */
export const scalesOf = ({ algorithm }: Pick<OnlineConf, 'algorithm'>): Scales =>
  algorithm === 'FTRL' ? ftrlScales : adaGradScales;

/** What a sync did to the sums on the servers, key by key in the same order. */
export interface SyncedSums {
  readonly before: Sums;
  readonly after: Sums;
}

/**
 * The sums of a job on Valkey or Redis servers, as one worker sees them. `pull` and `push` work on a cache of its own;
 * what was pushed reaches the servers, and what others pushed comes back, with `sync`.
 */
export class ValkeyStore implements ParameterStore {
  private readonly blocks: readonly Block[];
  private readonly cache: CachedSums;
  private syncs = 0;
  /** What was pulled last, which is what is pushed next. */
  private pulled: { readonly keys: Keys; readonly entries: Uint32Array } | undefined;
  private replacements: number;

  constructor(private readonly options: ValkeyStoreOptions) {
    this.blocks = blocksOfJob(options.job, options.shards);
    this.cache = new CachedSums(this.blocks.length);
    this.replacements = options.servers.replacements;
  }

  async pull(keys: Keys): Promise<Sums> {
    const entries = this.entriesOf(keys);
    this.pulled = { keys, entries };
    const stale = entries.filter((entry) => this.cache.isStale(entry, this.syncs));
    if (stale.length > 0) await this.fetch(stale);
    return this.sumsOf(entries);
  }

  async push(keys: Keys, deltas: Sums): Promise<Sums> {
    const entries = this.pulled?.keys === keys ? this.pulled.entries : this.entriesOf(keys);
    this.pulled = undefined;
    for (let i = 0; i < entries.length; i++) this.cache.add(entries[i]!, deltas.z[i]!, deltas.n[i]!);
    return this.sumsOf(entries);
  }

  /**
   * Adds all that was pushed since the last sync to the servers' sums, once, whatever connections are lost meanwhile,
   * and takes over the sums that they have then.
   * @throws {StoreError} naming the key, if a sum grows beyond 64 bits; if servers stay out of reach
   */
  async sync(): Promise<SyncedSums> {
    const changes = this.takeChanges();
    const sync: SyncId = { worker: this.options.worker, number: ++this.syncs };
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
  }

  async restore(keys: Keys, sums: Sums): Promise<void> {
    const { servers, scales } = this.options;
    const entries = this.entriesOf(keys);
    const positions: number[][] = this.blocks.map(() => []);
    for (let i = 0; i < entries.length; i++) positions[this.cache.block[entries[i]!]!]!.push(i);
    for (const [i, block] of this.blocks.entries()) {
      await restoreBlock(servers, block, scales, select(keys, sums, positions[i]!));
    }
    this.cache.distrust();
  }

  /** Closes nothing: the servers' connections are the caller's. */
  async close(): Promise<void> {}

  private entriesOf(keys: Keys): Uint32Array {
    const entries = new Uint32Array(keyCount(keys));
    for (let i = 0; i < entries.length; i++) entries[i] = this.cache.entry(keys[2 * i]!, keys[2 * i + 1]!);
    return entries;
  }

  private sumsOf(entries: Uint32Array): Sums {
    const z = new Float64Array(entries.length);
    const n = new Float64Array(entries.length);
    for (let i = 0; i < entries.length; i++) {
      z[i] = this.cache.z[entries[i]!]!;
      n[i] = this.cache.n[entries[i]!]!;
    }
    return { z, n };
  }

  /** Asks the servers for entries, with their slots. */
  private async fetch(entries: Uint32Array): Promise<void> {
    const byBlock: number[][] = this.blocks.map(() => []);
    for (const entry of entries) byBlock[this.cache.block[entry]!]!.push(entry);
    await this.options.servers.persist(async () => {
      await this.distrustReplaced();
      await allAnswers(
        byBlock.flatMap((inBlock, i) =>
          portions(Uint32Array.from(inBlock)).map((portion) => this.fetchPortion(this.blocks[i]!, portion)),
        ),
      );
    });
  }

  private async fetchPortion(block: Block, entries: Uint32Array): Promise<void> {
    const { servers, scales } = this.options;
    const found = await findKeys(connectionOf(servers, block), block.names, this.keysOf(entries));
    for (const [i, entry] of entries.entries()) {
      this.cache.serverSlot[entry] = found.slots[i]!;
      const n = fromFixed(Number(found.counters[2 * i]!), scales.n);
      this.cache.refresh(entry, fromFixed(Number(found.counters[2 * i + 1]!), scales.z), n, this.syncs);
    }
  }

  /** What to add to the counters, block by block; the rest that rounding leaves stays pending. */
  private takeChanges(): readonly BlockChanges[] {
    const { cache, blocks } = this;
    const { scales } = this.options;
    const byBlock: number[][] = blocks.map(() => []);
    for (const entry of cache.takeChanged()) byBlock[cache.block[entry]!]!.push(entry);
    return byBlock.flatMap((inBlock, i) => {
      const entries = Uint32Array.from(inBlock).filter(
        (entry) => toFixed(cache.pendingN[entry]!, scales.n) !== 0 || toFixed(cache.pendingZ[entry]!, scales.z) !== 0,
      );
      const amounts = new Float64Array(2 * entries.length);
      for (let at = 0; at < entries.length; at++) {
        const entry = entries[at]!;
        const n = toFixed(cache.pendingN[entry]!, scales.n);
        const z = toFixed(cache.pendingZ[entry]!, scales.z);
        if (!fitsCounter(n) || !fitsCounter(z)) this.refuse(entry);
        amounts[2 * at] = n;
        amounts[2 * at + 1] = z;
        cache.pendingN[entry] = cache.pendingN[entry]! - fromFixed(n, scales.n);
        cache.pendingZ[entry] = cache.pendingZ[entry]! - fromFixed(z, scales.z);
      }
      return entries.length > 0 ? [{ block: blocks[i]!, entries, amounts }] : [];
    });
  }

  private async assignSlots(changes: readonly BlockChanges[]): Promise<void> {
    await this.distrustReplaced();
    await allAnswers(
      changes.flatMap(({ block, entries }) =>
        portions(entries.filter((entry) => this.cache.serverSlot[entry] === -1)).map(async (portion) => {
          const connection = connectionOf(this.options.servers, block);
          const slots = await assignSlots(connection, block.names, this.keysOf(portion));
          for (const [i, entry] of portion.entries()) this.cache.serverSlot[entry] = slots[i]!;
        }),
      ),
    );
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
      return Float64Array.from(found.flatMap(({ counters }) => Array.from(counters, Number)));
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
    const sums = (): Sums => ({ z: new Float64Array(count), n: new Float64Array(count) });
    const synced: SyncedSums = { before: sums(), after: sums() };
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
    for (const [i, entry] of entries.entries()) {
      selected[2 * i] = keys[2 * entry]!;
      selected[2 * i + 1] = keys[2 * entry + 1]!;
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
