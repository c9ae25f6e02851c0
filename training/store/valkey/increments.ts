import { Command } from 'ioredis';

/** Fields of a command: enough to spread its fixed cost, few enough that other commands get their turn. */
export const fieldsPerCommand = 500;

/** The longest that one increment can be: four words, two numbers of up to 20 digits, and their lengths. */
const maxFieldBytes = 96;

/** What happens to a counter: an amount is added, or takes its place. */
export type CounterOperation = 'INCRBY' | 'SET';

/**
 * A command written as the server's protocol has it. A sync has tens of thousands of increments, four words each, which
 * would take longer to pass word by word than to apply.
 */
class WrittenCommand extends Command {
  constructor(
    name: string,
    key: string,
    private readonly bytes: Buffer,
  ) {
    super(name, [key]);
  }

  override toWritable(): Buffer {
    return this.bytes;
  }
}

/**
 * `BITFIELD key OVERFLOW FAIL INCRBY i64 #field amount …`: changes counters of 64 bits and answers what they are then,
 * null for one that would overflow and stays as it was.
 * @param key of the string that holds the counters
 * @param fields numbers of the counters
 * @param amounts for each what to add or set: whole numbers from −2⁶³ to 2⁶³ − 1
 */
export function counterCommand(
  key: string,
  operation: CounterOperation,
  fields: Uint32Array,
  amounts: Float64Array,
): WrittenCommand {
  const head = Buffer.from(
    `*${4 + 4 * fields.length}\r\n${word('BITFIELD')}${word(key)}${word('OVERFLOW')}${word('FAIL')}`,
  );
  const operationOf64Bits = Buffer.from(`${word(operation)}${word('i64')}`);
  const bytes = roomFor(head.length + maxFieldBytes * fields.length);
  let end = head.copy(bytes);
  for (let i = 0; i < fields.length; i++) {
    bytes.set(operationOf64Bits, end);
    end = writeNumber(bytes, end + operationOf64Bits.length, fields[i]!, '#');
    end = writeNumber(bytes, end, amounts[i]!, '');
  }
  return new WrittenCommand('bitfield', key, Buffer.from(bytes.subarray(0, end)));
}

/** Where commands are written before they are copied: most are half as long as the longest could be. */
let room = Buffer.alloc(0);

function roomFor(length: number): Buffer {
  if (room.length < length) room = Buffer.alloc(length);
  return room;
}

/** A word of ASCII in the server's protocol. */
const word = (text: string): string => `$${text.length}\r\n${text}\r\n`;

/** Writes a whole number as a word, after a prefix; digit by digit, as making strings of them takes longer. */
function writeNumber(bytes: Buffer, at: number, value: number, prefix: '#' | ''): number {
  if (!Number.isSafeInteger(value)) return at + bytes.write(word(prefix + BigInt(value)), at, 'latin1');
  const size = Math.abs(value);
  let digits = 1;
  for (let power = 10; power <= size; power *= 10) digits++;
  const length = prefix.length + (value < 0 ? 1 : 0) + digits;
  let next = at;
  bytes[next++] = dollar;
  if (length >= 10) bytes[next++] = zero + 1;
  bytes[next++] = zero + (length % 10);
  bytes[next++] = carriageReturn;
  bytes[next++] = lineFeed;
  if (prefix === '#') bytes[next++] = hash;
  if (value < 0) bytes[next++] = minus;
  const end = next + digits;
  // Both halves are below 2³¹: the processor divides such numbers several times as fast.
  const high = Math.floor(size / 1e8);
  const middle = Math.max(next, end - 8);
  writeDigits(bytes, next, middle, high | 0);
  writeDigits(bytes, middle, end, (size - 1e8 * high) | 0);
  bytes[end] = carriageReturn;
  bytes[end + 1] = lineFeed;
  return end + 2;
}

/** Fills a place with the last digits of a number. */
function writeDigits(bytes: Buffer, start: number, end: number, number: number): void {
  let rest = number;
  for (let i = end - 1; i >= start; i--) {
    const tenth = (rest / 10) | 0;
    bytes[i] = zero + rest - 10 * tenth;
    rest = tenth;
  }
}

const dollar = 0x24;
const hash = 0x23;
const minus = 0x2d;
const zero = 0x30;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;
