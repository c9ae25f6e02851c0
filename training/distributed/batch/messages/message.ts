import { deserialize, serialize } from 'node:v8';

/*
 * Messages in streams of the servers. A message is a value with typed arrays, as Node.js clones them; a large one takes
 * several entries, whose ids are `number of the message`-`portion`. So an entry that is written twice is refused the
 * second time.
 */

/** Bytes of an entry at most: several times what a server takes well at once. */
const portion = 2 ** 24;

/** An entry as `XADD` takes it. */
export type Entry = readonly [id: string, ...fields: (string | Buffer)[]];

/** A message as the entries that it takes. The value may change afterwards. */
export function entriesOf(number: number, value: unknown): readonly Entry[] {
  const bytes = serialize(value);
  const count = Math.max(1, Math.ceil(bytes.length / portion));
  return Array.from({ length: count }, (_, i) => [
    `${number}-${i}`,
    'left',
    String(count - 1 - i),
    'bytes',
    bytes.subarray(i * portion, (i + 1) * portion),
  ]);
}

/** An entry as `XREAD` answers it. */
export type StreamEntry = readonly [id: Buffer, fields: readonly Buffer[]];

export interface Message {
  readonly number: number;
  readonly value: unknown;
}

/** Puts the messages of a stream together. */
export class MessageReader {
  /** Of the last entry that it was given. */
  position = '0-0';
  private portions: Buffer[] = [];

  /** Whether it has the beginning of a message whose end is to come. */
  get isAmid(): boolean {
    return this.portions.length > 0;
  }

  /** The first id after the position. */
  get following(): string {
    const [number, place] = this.position.split('-');
    return `${number}-${Number(place) + 1}`;
  }

  /** @returns the message that the entry completes; undefined if there is more to come */
  take([id, [, left, , bytes]]: StreamEntry): Message | undefined {
    this.position = id.toString();
    const [number, place] = this.position.split('-').map(Number);
    // What came before was given up if a message begins anew.
    if (place === 0) this.portions = [];
    this.portions.push(bytes!);
    if (left!.toString() !== '0') return undefined;
    const value: unknown = deserialize(this.portions.length === 1 ? bytes! : Buffer.concat(this.portions));
    this.portions = [];
    return { number: number!, value };
  }
}
