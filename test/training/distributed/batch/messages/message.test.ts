import fc from 'fast-check';
import { entriesOf, type Message, MessageReader } from '../../../../../training/distributed/batch/messages/message';

/** The messages that a reader makes of entries as the servers answer them. */
function read(reader: MessageReader, entries: ReturnType<typeof entriesOf>): Message[] {
  return entries.flatMap(([id, ...fields]) => {
    const message = reader.take([Buffer.from(id), fields.map((field) => Buffer.from(field))]);
    return message ? [message] : [];
  });
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

const value = fc.record({
  method: fc.string(),
  args: fc.array(
    fc.oneof(
      fc.float64Array({ maxLength: 9 }),
      fc.uint32Array({ maxLength: 9 }),
      fc.uint16Array({ maxLength: 9 }),
      fc.double(),
    ),
  ),
});

test('a message is read as it was written, to the bit', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 5 }), (values) => {
      const reader = new MessageReader();
      const written = values.map((each, i) => ({ number: i + 1, value: each }));
      expect(written.flatMap((message) => read(reader, entriesOf(message.number, message.value)))).toEqual(written);
    }),
  );
});

test('what was written is not changed by what becomes of the value', () => {
  const numbers = Float64Array.of(1, 2);
  const entries = entriesOf(1, { numbers });
  numbers[0] = 7;
  expect(read(new MessageReader(), entries)).toEqual([{ number: 1, value: { numbers: Float64Array.of(1, 2) } }]);
});

describe('a message that takes several entries', () => {
  const numbers = Float64Array.from({ length: 5_000_000 }, (_, i) => Math.sin(i));
  const entries = entriesOf(7, numbers);

  test('is put together when the last one is there', () => {
    const reader = new MessageReader();
    expect(entries.map(([id]) => id)).toEqual(['7-0', '7-1', '7-2']);
    expect(read(reader, entries.slice(0, 2))).toEqual([]);
    expect([reader.isAmid, reader.following]).toEqual([true, '7-2']);
    const [message] = read(reader, entries.slice(2)) as [Message];
    expect(bytesOf(message.value as Float64Array).equals(bytesOf(numbers))).toBe(true);
    expect(reader.isAmid).toBe(false);
  });

  test('is dropped if another begins before its end', () => {
    const reader = new MessageReader();
    read(reader, entries.slice(0, 2));
    expect(read(reader, entriesOf(8, 'next'))).toEqual([{ number: 8, value: 'next' }]);
  });
});
