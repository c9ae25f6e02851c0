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
 * @param amounts for each what to add or set, as decimal text
 */
export function counterCommand(
  key: string,
  operation: CounterOperation,
  fields: readonly number[],
  amounts: readonly string[],
): Command {
  const head = `*${4 + 4 * fields.length}\r\n${word('BITFIELD')}${word(key)}${word('OVERFLOW')}${word('FAIL')}`;
  const operationOf64Bits = `${word(operation)}${word('i64')}`;
  const bytes = Buffer.allocUnsafe(head.length + maxFieldBytes * fields.length);
  let end = bytes.write(head, 'latin1');
  for (let i = 0; i < fields.length; i++) {
    end += bytes.write(operationOf64Bits + word(`#${fields[i]!}`) + word(amounts[i]!), end, 'latin1');
  }
  return new WrittenCommand('bitfield', key, bytes.subarray(0, end));
}

/** A word of ASCII in the server's protocol. */
const word = (text: string): string => `$${text.length}\r\n${text}\r\n`;
