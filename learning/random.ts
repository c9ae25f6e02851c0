/**
 * Seeded random numbers: xoshiro128** (Blackman & Vigna, 2018), its state filled from the seed by splitmix32.
 * The same seed gives the same numbers everywhere.
 */
export class Random {
  private readonly state: Uint32Array;

  /** @param seed any safe integer */
  constructor(seed: number) {
    const high = splitmix32(Math.floor(seed / 2 ** 32) >>> 0)();
    const words = splitmix32(high ^ (seed >>> 0));
    this.state = Uint32Array.from([words(), words(), words(), words()]);
  }

  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number {
    const high = this.next() >>> 5;
    const low = this.next() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** From the standard normal distribution (Box and Muller, 1958). */
  normal(): number {
    // 1 − u is never 0.
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A uniform integer from 0 to `limit` − 1. */
  below(limit: number): number {
    return Math.floor(this.uniform() * limit);
  }

  /** Puts the items in random order, in place (Fisher–Yates). */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [items[i], items[j]] = [items[j]!, items[i]!];
    }
    return items;
  }

  /** 32 random bits. */
  private next(): number {
    const s = this.state;
    const result = Math.imul(rotateLeft(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = rotateLeft(s[3]!, 11);
    return result;
  }
}

const rotateLeft = (bits: number, by: number): number => (bits << by) | (bits >>> (32 - by));

/** Spreads a seed over any number of well-mixed words, never all zero. */
function splitmix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

/** The numbers for one purpose in one pass of a job: what a job draws does not hang on what it drew before. */
export function randomFor(seed: number, purpose: string, pass: number): Random {
  let hash = splitmix32(Math.floor(seed / 2 ** 32) ^ splitmix32(seed >>> 0)())();
  for (const letter of `${purpose} ${pass}`) hash = splitmix32(hash ^ letter.codePointAt(0)!)();
  return new Random(hash);
}
