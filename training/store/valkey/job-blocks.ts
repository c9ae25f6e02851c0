import { allAnswers } from '../servers/all-answers';
import type { Servers } from '../servers/servers';
import { StoreError, StoreExitCode } from '../store-error';
import { type Block, blocksOfJob, connectionOf } from './blocks-on-servers';

/** In the place of a worker: says that the block was made. */
const made = 'made';

/** Makes the blocks of a job, empty whatever the servers had of them. */
export async function makeBlocks(servers: Servers, job: string, shards: number): Promise<void> {
  await removeBlocks(servers, job, shards);
  await servers.persist(() =>
    allAnswers(
      blocksOfJob(job, shards).map((block) => connectionOf(servers, block).hset(block.names.applied, made, 1)),
    ),
  );
}

/** Removes the blocks of a job. */
export async function removeBlocks(servers: Servers, job: string, shards: number): Promise<void> {
  await servers.persist(() =>
    allAnswers(
      blocksOfJob(job, shards).map((block) => connectionOf(servers, block).unlink(Object.values(block.names))),
    ),
  );
}

/**
 * Makes sure that servers that were started anew have not come back empty.
 * @throws {StoreError} if they have
 */
export async function requireBlocks(servers: Servers, blocks: readonly Block[]): Promise<void> {
  if (await hasBlocks(servers, blocks)) return;
  throw new StoreError(
    'a parameter server was started anew and has lost what it knew; try again with --resume',
    StoreExitCode.noAccess,
  );
}

/** Whether the servers have the blocks that were made. */
export async function hasBlocks(servers: Servers, blocks: readonly Block[]): Promise<boolean> {
  const found = await allAnswers(
    blocks.map((block) => connectionOf(servers, block).hexists(block.names.applied, made)),
  );
  return found.every((exists) => exists === 1);
}
