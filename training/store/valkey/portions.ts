import { type Keys, keyAt, keyCount } from '../../../learning/sparse/keys';
import type { Sums } from '../parameter-store';
import { allAnswers } from '../servers/all-answers';
import type { Servers } from '../servers/servers';
import { StoreError, StoreExitCode } from '../store-error';
import { type Block, connectionOf } from './blocks-on-servers';
import { fitsCounter, fromFixed, type Scales, toFixed } from './fixed-point';
import { counterCommand } from './increments';
import { assignSlots, counterAt, counterBytes, keyBytes, keysFromBytes, keysPerScript } from './key-slots';

/** Keys and their sums, in the same order. */
export interface Portion {
  readonly keys: Keys;
  readonly sums: Sums;
}

/** Keys that are read at once. */
const exportedKeys = 65_536;

/** All keys of a block with their sums, in the order of their slots. */
export async function* exportBlock(
  servers: Servers,
  { names, ...block }: Block,
  scales: Scales,
): AsyncIterable<Portion> {
  for (let from = 0; ; from += exportedKeys) {
    const [keyText, counterText] = await servers.persist(() => {
      const connection = connectionOf(servers, { names, ...block });
      const read = (name: string, bytes: number): Promise<Buffer> =>
        connection.getrangeBuffer(name, from * bytes, (from + exportedKeys) * bytes - 1);
      return allAnswers([read(names.keys, keyBytes), read(names.counters, counterBytes)]);
    });
    const keys = keysFromBytes(keyText!);
    if (keys.length > 0) yield { keys, sums: decode(counterText!, keyCount(keys), scales) };
    if (keyCount(keys) < exportedKeys) return;
  }
}

/** Sets the sums of keys of a block, whatever they were. */
export async function restoreBlock(servers: Servers, block: Block, scales: Scales, portion: Portion): Promise<void> {
  const count = keyCount(portion.keys);
  for (let from = 0; from < count; from += keysPerScript) {
    const keys = portion.keys.subarray(2 * from, 2 * (from + keysPerScript));
    const amounts = new Float64Array(keys.length);
    for (let i = 0; i < keyCount(keys); i++) {
      amounts[2 * i] = toFixed(portion.sums.n[from + i]!, scales.n);
      amounts[2 * i + 1] = toFixed(portion.sums.z[from + i]!, scales.z);
    }
    const tooLarge = amounts.findIndex((amount) => !fitsCounter(amount));
    if (tooLarge >= 0) refuse(keys, tooLarge >> 1);
    await servers.persist(async () => {
      const connection = connectionOf(servers, block);
      const slots = await assignSlots(connection, block.names, keys);
      const fields = Uint32Array.from(slots.flatMap((slot) => [2 * slot, 2 * slot + 1]));
      await connection.sendCommand(counterCommand(block.names.counters, 'SET', fields, amounts));
    });
  }
}

/** Sums from counters; those that were never written, at the end, are 0. */
function decode(counters: Buffer, count: number, scales: Scales): Sums {
  const sums: Sums = { z: new Float64Array(count), n: new Float64Array(count) };
  for (let i = 0; counterBytes * (i + 1) <= counters.length; i++) {
    sums.n[i] = fromFixed(counterAt(counters, counterBytes * i), scales.n);
    sums.z[i] = fromFixed(counterAt(counters, counterBytes * i + 8), scales.z);
  }
  return sums;
}

function refuse(keys: Keys, i: number): never {
  throw new StoreError(
    `the sums of key ${keyAt(keys, i)} are beyond what the parameter store holds; scale its values`,
    StoreExitCode.failed,
  );
}
