import type { Redis } from 'ioredis';
import { blockCount } from '../blocks';
import type { Servers } from '../servers/servers';
import { hashSlot, hashTags } from './hash-tags';
import { type BlockNames, blockNames } from './key-slots';

/** A block of the keys, and where the servers keep it. */
export interface Block {
  readonly names: BlockNames;
  readonly hashSlot: number;
}

/** All blocks of a job, in their order, on so many shards. */
export function blocksOfJob(job: string, shards: number): readonly Block[] {
  const tags = hashTags(shards);
  return Array.from({ length: blockCount(shards) }, (_, i) => ({
    names: blockNames(job, tags[i]!),
    hashSlot: hashSlot(tags[i]!),
  }));
}

/** The connection to the server that keeps a block. */
export const connectionOf = (servers: Servers, block: Block): Redis => servers.ofSlot(block.hashSlot);
