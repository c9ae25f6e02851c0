/** Seed of the original parameter server: files that it hashed keep their keys. */
const seed = 512927377;

/**
 * Makes 64-bit keys of text: the two halves of MurmurHash3_x64_128 (Appleby, 2011), combined by exclusive or. The 64-bit
 * arithmetic is done in pairs of 32-bit words, as BigInts would be allocated for every step.
 */
export class KeyHash {
  /** The key of the last call, low and high word. */
  low = 0;
  high = 0;

  /** Hashes the bytes from `start` up to `end` into `low` and `high`. */
  hash(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    let [h1Low, h1High, h2Low, h2High] = [seed, 0, seed, 0];
    let at = start;
    for (; at + 16 <= end; at += 16) {
      this.firstLane(word(bytes, at), word(bytes, at + 4));
      this.set(h1Low ^ this.low, h1High ^ this.high);
      this.rotate(27);
      this.add(h2Low, h2High);
      this.multiply(5, 0);
      this.add(0x52dce729, 0);
      [h1Low, h1High] = [this.low, this.high];

      this.secondLane(word(bytes, at + 8), word(bytes, at + 12));
      this.set(h2Low ^ this.low, h2High ^ this.high);
      this.rotate(31);
      this.add(h1Low, h1High);
      this.multiply(5, 0);
      this.add(0x38495ab5, 0);
      [h2Low, h2High] = [this.low, this.high];
    }
    if (end > at + 8) {
      this.secondLane(lastWord(bytes, at + 8, end), lastWord(bytes, at + 12, end));
      [h2Low, h2High] = [h2Low ^ this.low, h2High ^ this.high];
    }
    if (end > at) {
      this.firstLane(lastWord(bytes, at, end), lastWord(bytes, at + 4, end));
      [h1Low, h1High] = [h1Low ^ this.low, h1High ^ this.high];
    }

    h2Low ^= length;
    this.set(h1Low ^ length, h1High);
    this.add(h2Low, h2High);
    [h1Low, h1High] = [this.low, this.high];
    this.add(h2Low, h2High);
    this.finalise();
    const [secondLow, secondHigh] = [this.low, this.high];
    this.set(h1Low, h1High);
    this.finalise();
    // h1 += h2, h2 += h1
    this.add(secondLow, secondHigh);
    [h1Low, h1High] = [this.low, this.high];
    this.add(secondLow, secondHigh);
    this.low = (this.low ^ h1Low) >>> 0;
    this.high = (this.high ^ h1High) >>> 0;
  }

  private set(low: number, high: number): void {
    this.low = low;
    this.high = high;
  }

  private firstLane(low: number, high: number): void {
    this.set(low, high);
    this.multiply(0x114253d5, 0x87c37b91);
    this.rotate(31);
    this.multiply(0x2745937f, 0x4cf5ad43);
  }

  private secondLane(low: number, high: number): void {
    this.set(low, high);
    this.multiply(0x2745937f, 0x4cf5ad43);
    this.rotate(33);
    this.multiply(0x114253d5, 0x87c37b91);
  }

  private finalise(): void {
    this.low ^= this.high >>> 1;
    this.multiply(0xed558ccd, 0xff51afd7);
    this.low ^= this.high >>> 1;
    this.multiply(0x1a85ec53, 0xc4ceb9fe);
    this.low ^= this.high >>> 1;
  }

  private add(low: number, high: number): void {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) | 0;
    this.low = sum | 0;
  }

  /** Rotates to the left by less than 64 bits, but not by 32. */
  private rotate(by: number): void {
    const { low, high } = this;
    const rest = by & 31;
    const [first, second] = by < 32 ? [low, high] : [high, low];
    this.low = (first << rest) | (second >>> (32 - rest));
    this.high = (second << rest) | (first >>> (32 - rest));
  }

  private multiply(low: number, high: number): void {
    const a = this.low;
    const [a0, a1] = [a & 0xffff, a >>> 16];
    const [b0, b1] = [low & 0xffff, low >>> 16];
    // The high word of a × low, summed without losing a carry.
    const middle = a1 * b0 + ((a0 * b0) >>> 16);
    const carry = (middle & 0xffff) + a0 * b1;
    const upper = a1 * b1 + (middle >>> 16) + Math.floor(carry / 0x10000);
    this.high = (upper + Math.imul(this.high, low) + Math.imul(a, high)) | 0;
    this.low = Math.imul(a, low);
  }
}

const word = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);

/** A word of which the bytes from `end` on are 0. */
function lastWord(bytes: Uint8Array, at: number, end: number): number {
  let result = 0;
  for (let i = 0; i < 4 && at + i < end; i++) result |= bytes[at + i]! << (8 * i);
  return result;
}
