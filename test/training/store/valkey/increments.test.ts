import fc from 'fast-check';
import { counterCommand } from '../../../../training/store/valkey/increments';

/** A command in the servers' protocol, word by word. */
const written = (words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;

const whole = fc.oneof(
  fc.maxSafeInteger(),
  fc.double({ min: -(2 ** 63), max: 2 ** 62, noNaN: true }).map((number) => Math.round(number) + 0),
  fc.integer({ min: 0, max: 18 }).map((power) => 10 ** power),
  fc.integer({ min: 0, max: 18 }).map((power) => -(10 ** power - 1) + 0),
);

describe('the command that changes counters', () => {
  it('has the words of BITFIELD, with all digits of every number', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<'INCRBY' | 'SET'>('INCRBY', 'SET'),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), whole)),
        (operation, changes) => {
          const fields = Uint32Array.from(changes, ([field]) => field);
          const amounts = Float64Array.from(changes, ([, amount]) => amount);
          const words = changes.flatMap(([field, amount]) => [operation, 'i64', `#${field}`, String(BigInt(amount))]);
          expect(String(counterCommand('{t}:counters', operation, fields, amounts).toWritable())).toBe(
            written(['BITFIELD', '{t}:counters', 'OVERFLOW', 'FAIL', ...words]),
          );
        },
      ),
    );
  });
});
