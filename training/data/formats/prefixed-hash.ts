import { KeyHash } from '../../../learning/sparse/key-hash';

/** Hashes texts that begin alike: `namespace^name`, `column=text`. */
export class PrefixedHash {
  /** The key of the last call, low and high word. */
  low = 0;
  high = 0;
  private readonly keyHash = new KeyHash();
  private text = Buffer.alloc(256);
  private prefix = 0;

  /** Sets what the texts begin with: the bytes from `start` up to `end`, and one more. */
  begin(bytes: Uint8Array, start: number, end: number, last: number): void {
    this.prefix = end - start + 1;
    this.reserve(this.prefix);
    this.text.set(bytes.subarray(start, end));
    this.text[this.prefix - 1] = last;
  }

  /** Hashes the beginning with the bytes from `start` up to `end` after it into `low` and `high`. */
  hash(bytes: Uint8Array, start: number, end: number): void {
    const length = this.prefix + end - start;
    this.reserve(length);
    for (let from = start, to = this.prefix; from < end; from++, to++) this.text[to] = bytes[from]!;
    this.keyHash.hash(this.text, 0, length);
    this.low = this.keyHash.low;
    this.high = this.keyHash.high;
  }

  private reserve(length: number): void {
    if (length <= this.text.length) return;
    const longer = Buffer.alloc(2 * length);
    longer.set(this.text.subarray(0, this.prefix));
    this.text = longer;
  }
}
