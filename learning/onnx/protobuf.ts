/** A field of a protocol buffers message: a number, or the bytes of a text, a message or a list. */
export interface Field {
  readonly number: number;
  readonly value: bigint | Uint8Array;
}

/**
 * The fields of a message in their order, by https://protobuf.dev/programming-guides/encoding. Bytes are views of the
 * message; a number of fixed width comes as its bytes.
 * @throws {RangeError} if the bytes are no message
 */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  const reader = new Reader(message);
  while (!reader.isAtEnd) {
    const tag = Number(reader.varint());
    const number = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (number === 0) throw new RangeError('there is no field 0');
    switch (wireType) {
      case 0:
        yield { number, value: reader.varint() };
        break;
      case 1:
        yield { number, value: reader.bytes(8) };
        break;
      case 2:
        yield { number, value: reader.bytes(Number(reader.varint())) };
        break;
      case 5:
        yield { number, value: reader.bytes(4) };
        break;
      default:
        throw new RangeError(`there is no wire type ${wireType}`);
    }
  }
}

/** The numbers of a packed list. */
export function varintsOf(list: Uint8Array): bigint[] {
  const reader = new Reader(list);
  const values: bigint[] = [];
  while (!reader.isAtEnd) values.push(reader.varint());
  return values;
}

class Reader {
  #position = 0;
  constructor(private readonly message: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.#position === this.message.length;
  }

  bytes(length: number): Uint8Array {
    const end = this.#position + length;
    if (end > this.message.length) throw new RangeError('the message is cut off');
    const bytes = this.message.subarray(this.#position, end);
    this.#position = end;
    return bytes;
  }

  /** An unsigned integer of up to 64 bits. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.message[this.#position];
      if (byte === undefined) throw new RangeError('the message is cut off');
      this.#position += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError('a number is longer than 64 bits');
  }
}
