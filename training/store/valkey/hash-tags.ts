import { Command } from 'ioredis';
import { blockCount, shardOfBlock } from '../blocks';

/** Hash slots of a cluster. */
export const slotCount = 16384;

/** The hash slot of a key, by its hash tag if it has one. */
export const hashSlot = (key: string): number => new Command('get', [key]).getSlot()!;

/** The first hash slot of a shard and the first after it, when the slots are spread evenly. */
export const slotRange = (shard: number, shards: number): { readonly start: number; readonly end: number } => ({
  start: Math.floor((shard * slotCount) / shards),
  end: Math.floor(((shard + 1) * slotCount) / shards),
});

/**
 * For each block a hash tag that puts its keys on the server of its shard. The slot is taken from the middle half of
 * the shard's range, so that it does not matter how the tool that made a cluster rounded the ranges.
 */
export function hashTags(shards: number): readonly string[] {
  return Array.from({ length: blockCount(shards) }, (_, block) => tagOf(block, shards));
}

function tagOf(block: number, shards: number): string {
  const { start, end } = slotRange(shardOfBlock(block, shards), shards);
  const margin = Math.floor((end - start) / 4);
  for (let attempt = 0; ; attempt++) {
    const tag = `${block}.${attempt}`;
    const slot = hashSlot(tag);
    if (slot >= start + margin && slot < end - margin) return tag;
  }
}
