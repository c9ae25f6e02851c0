import { Command, type Redis } from 'ioredis';
import { allAnswers } from '../servers/all-answers';
import type { Block } from './blocks-on-servers';
import { counterCommand, fieldsPerCommand } from './increments';

/** What a sync adds to the counters of a block. */
export interface BlockChanges {
  readonly block: Block;
  /** Entries of the cache, in the order of what follows. */
  readonly entries: Uint32Array;
  /** What is added to N and z of each entry: whole numbers of the counters' scales. */
  readonly amounts: Float64Array;
}

/** Which sync of which worker changes are part of. */
export interface SyncId {
  readonly worker: number;
  readonly number: number;
}

/**
 * Adds to counters of a block and stores which sync did it, both or neither.
 * @param fields numbers of the counters
 * @param amounts for each what to add: whole numbers of 64 bits
 * @returns the counters afterwards; NaN for one that the change would have taken beyond 64 bits
 */
export async function applyChanges(
  connection: Redis,
  { names }: Block,
  sync: SyncId,
  fields: Uint32Array,
  amounts: Float64Array,
): Promise<Float64Array> {
  const commands = [new Command('multi'), new Command('hset', [names.applied, sync.worker, sync.number])];
  for (let at = 0; at < fields.length; at += fieldsPerCommand) {
    const end = at + fieldsPerCommand;
    commands.push(counterCommand(names.counters, 'INCRBY', fields.subarray(at, end), amounts.subarray(at, end)));
  }
  commands.push(new Command('exec'));
  const answers = await allAnswers(commands.map(async (command) => connection.sendCommand(command)));
  const [, ...counters] = answers.at(-1) as [number, ...(readonly (number | null)[] | Error)[]];
  const after = new Float64Array(fields.length);
  for (const [i, answer] of counters.entries()) {
    if (answer instanceof Error) throw answer;
    for (let j = 0; j < answer.length; j++) after[fieldsPerCommand * i + j] = answer[j] ?? Number.NaN;
  }
  return after;
}

/** Whether changes of a sync are in a block already, found after its answer was lost. */
export async function isApplied(connection: Redis, { names }: Block, sync: SyncId): Promise<boolean> {
  return (await connection.hget(names.applied, String(sync.worker))) === String(sync.number);
}
