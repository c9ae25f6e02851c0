import type { Redis } from 'ioredis';
import { type Keys, keyCount } from '../../../learning/sparse/keys';

/** The names of what the servers keep for a block; `tag` places them all on one server. */
export interface BlockNames {
  /** Hash: bytes of a key → its slot in decimal. */
  readonly slots: string;
  /** String: the keys in the order of their slots, 8 bytes each, high byte first. */
  readonly keys: string;
  /** String: for slot s the counter of N at 2s and of z at 2s + 1, 8 bytes each, high byte first. */
  readonly counters: string;
  /** Hash: worker → number of its last sync that was applied. */
  readonly applied: string;
}

/** The names of a block's data in a job. */
export function blockNames(job: string, tag: string): BlockNames {
  const prefix = `modelapp:${job}:{${tag}}`;
  return {
    slots: `${prefix}:slots`,
    keys: `${prefix}:keys`,
    counters: `${prefix}:counters`,
    applied: `${prefix}:applied`,
  };
}

/** Bytes of a key, and of the counters of one key. */
export const keyBytes = 8;
export const counterBytes = 16;

/** Where a key's counters are and what they say; slot -1 and zeros if the store does not have it. */
export interface FoundKeys {
  readonly slots: Int32Array;
  /** N and z of each key, as near as doubles are. */
  readonly counters: Float64Array;
}

/** A key's slot is the number of keys before it, so that no two keys share one: a script runs alone. */
const assignScript = `
local answer = {}
local count = redis.call('STRLEN', KEYS[2]) / 8
for at = 1, #ARGV[1], 8 do
  local key = string.sub(ARGV[1], at, at + 7)
  local slot = redis.call('HGET', KEYS[1], key)
  if not slot then
    slot = count
    count = count + 1
    redis.call('HSET', KEYS[1], key, slot)
    redis.call('APPEND', KEYS[2], key)
  end
  answer[#answer + 1] = tonumber(slot)
end
return answer`;

const findScript = `
local answer = {}
local keys = {}
for at = 1, #ARGV[1], 8 do keys[#keys + 1] = string.sub(ARGV[1], at, at + 7) end
local slots = redis.call('HMGET', KEYS[1], unpack(keys))
for i, slot in ipairs(slots) do
  if slot then
    local counters = redis.call('GETRANGE', KEYS[2], 16 * slot, 16 * slot + 15)
    answer[i] = struct.pack('>i4', slot) .. counters .. string.rep('\\0', 16 - #counters)
  else
    answer[i] = string.rep('\\255', 4) .. string.rep('\\0', 16)
  end
end
return table.concat(answer)`;

/** Keys a script is asked for at once: Lua takes so many arguments, and other clients wait meanwhile. */
export const keysPerScript = 4000;

/** The slots of at most `keysPerScript` keys of a block, new ones for those that the store does not have yet. */
export async function assignSlots(connection: Redis, names: BlockNames, keys: Keys): Promise<readonly number[]> {
  return (await evaluate(connection, assignScript, [names.slots, names.keys], keys)) as number[];
}

/** What the store has of at most `keysPerScript` keys of a block. */
export async function findKeys(connection: Redis, names: BlockNames, keys: Keys): Promise<FoundKeys> {
  const answer = (await evaluate(connection, findScript, [names.slots, names.counters], keys)) as Buffer;
  const slots = new Int32Array(keyCount(keys));
  const counters = new Float64Array(2 * slots.length);
  for (let i = 0; i < slots.length; i++) {
    const at = (4 + counterBytes) * i;
    slots[i] = answer.readInt32BE(at);
    counters[2 * i] = counterAt(answer, at + 4);
    counters[2 * i + 1] = counterAt(answer, at + 12);
  }
  return { slots, counters };
}

/** A counter as a double: the nearest one, as its words are added with one rounding. */
export const counterAt = (bytes: Buffer, at: number): number =>
  bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);

/** Keys as the servers know them. */
export function keysToBytes(keys: Keys): Buffer {
  const bytes = Buffer.allocUnsafe(4 * keys.length);
  for (let at = 0; at < keys.length; at += 2) {
    bytes.writeUInt32BE(keys[at + 1]!, 4 * at);
    bytes.writeUInt32BE(keys[at]!, 4 * at + 4);
  }
  return bytes;
}

/** Keys from what the servers keep. */
export function keysFromBytes(bytes: Buffer): Keys {
  const keys = new Uint32Array(bytes.length / 4);
  for (let at = 0; at < keys.length; at += 2) {
    keys[at + 1] = bytes.readUInt32BE(4 * at);
    keys[at] = bytes.readUInt32BE(4 * at + 4);
  }
  return keys;
}

async function evaluate(connection: Redis, script: string, names: readonly string[], keys: Keys): Promise<unknown> {
  return connection.callBuffer('EVAL', script, names.length, ...names, keysToBytes(keys));
}
