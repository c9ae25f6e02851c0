import { randomFillSync } from 'node:crypto';
import { HalfSipHash } from './keyed-hash';

/** What a client may not send twice. */
export interface RequestKey {
  readonly id: string;
  /** A whole number, perhaps beyond those that are exact: such a time is rounded wherever it comes from. */
  readonly requestTimeMicros: number;
}

/**
 * The words of a key's digest: 64 bits under a random secret, so that nobody can make two keys that share one, and by
 * accident, with a million keys in the index, 1e13 requests meet one on average.
 */
const digestWords = 2;
/** A prediction id is kept as its 128 bits. */
const idWords = 4;
const claimWords = digestWords + idWords;

/**
 * The newest claims of (id, request time) pairs, and the prediction that made each: a ring of `capacity` places, oldest
 * first out, and a hash table with linear probing over it. It takes some 32 bytes a claim.
 */
export class DuplicateIndex {
  /** The digest and the prediction id of each place, side by side as they are used together. */
  readonly #claims: Uint32Array;
  /** Place of a claim plus one; 0 is empty. */
  readonly #table: Uint32Array;
  readonly #mask: number;
  /** The place that the next claim takes. */
  #next = 0;
  /** Places from the oldest to the newest claim, those given up among them. */
  #span = 0;

  constructor(readonly capacity: number) {
    this.#claims = new Uint32Array(capacity * claimWords);
    const slots = 2 ** Math.ceil(Math.log2(Math.max(2, capacity * 1.5)));
    this.#table = new Uint32Array(slots);
    this.#mask = slots - 1;
  }

  /**
   * Claims a pair for a prediction.
   * @returns the prediction that has it already; undefined if it is now ours
   */
  claim(key: RequestKey, predictionId: string): string | undefined {
    if (this.capacity === 0) return undefined;
    const digest = digestOf(key);
    const first = this.#predictionOf(this.#find(digest));
    if (first !== undefined) return first;
    if (this.#span === this.capacity) this.#vacate(this.#next);
    else this.#span += 1;
    this.#put(this.#next, digest, predictionId);
    this.#next = (this.#next + 1) % this.capacity;
    return undefined;
  }

  /**
   * Adds a claim older than all that are here; one that is here already stays as it is.
   * @returns false if there is no room for older ones
   */
  addOlder(key: RequestKey, predictionId: string): boolean {
    if (this.#span === this.capacity) return false;
    const digest = digestOf(key);
    if (this.#find(digest) !== undefined) return true;
    this.#span += 1;
    this.#put((this.#next - this.#span + this.capacity) % this.capacity, digest, predictionId);
    return true;
  }

  /** Gives up a claim; nothing happens if nobody has it. */
  release(key: RequestKey): void {
    if (this.capacity === 0) return;
    const slot = this.#find(digestOf(key));
    if (slot !== undefined) this.#empty(slot);
  }

  /** The slot of the table that leads to the digest. */
  #find(digest: Uint32Array): number | undefined {
    for (let slot = (digest[0] as number) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const place = this.#table[slot] as number;
      if (place === 0) return undefined;
      if (this.#isAt(place - 1, digest)) return slot;
    }
  }

  #isAt(place: number, digest: Uint32Array): boolean {
    const at = place * claimWords;
    return this.#claims[at] === digest[0] && this.#claims[at + 1] === digest[1];
  }

  #predictionOf(slot: number | undefined): string | undefined {
    if (slot === undefined) return undefined;
    const at = ((this.#table[slot] as number) - 1) * claimWords;
    return uuidText(this.#claims.subarray(at + digestWords, at + claimWords));
  }

  #put(place: number, digest: Uint32Array, predictionId: string): void {
    const at = place * claimWords;
    this.#claims[at] = digest[0] as number;
    this.#claims[at + 1] = digest[1] as number;
    setUuid(this.#claims, at + digestWords, predictionId);
    let slot = (digest[0] as number) & this.#mask;
    while (this.#table[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#table[slot] = place + 1;
  }

  /** Forgets the claim at a place of the ring, unless it was given up. */
  #vacate(place: number): void {
    for (let slot = this.#home(place); this.#table[slot] !== 0; slot = (slot + 1) & this.#mask) {
      if (this.#table[slot] === place + 1) {
        this.#empty(slot);
        return;
      }
    }
  }

  /** Closes the gap by moving back what was pushed past the slot (Knuth, TAOCP 3, 6.4, algorithm R). */
  #empty(gap: number): void {
    let hole = gap;
    for (let slot = (hole + 1) & this.#mask; this.#table[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const home = this.#home((this.#table[slot] as number) - 1);
      const mayMove = ((slot - home) & this.#mask) >= ((slot - hole) & this.#mask);
      if (!mayMove) continue;
      this.#table[hole] = this.#table[slot] as number;
      hole = slot;
    }
    this.#table[hole] = 0;
  }

  /** Where the search for the claim at a place begins. */
  #home(place: number): number {
    return (this.#claims[place * claimWords] as number) & this.#mask;
  }
}

const digest = new Uint32Array(digestWords);
const secret = randomFillSync(new Uint32Array(2));
const hash = new HalfSipHash(secret[0] as number, secret[1] as number);

/** Means something in this process only; valid until the next call. */
function digestOf({ id, requestTimeMicros }: RequestKey): Uint32Array {
  hash.begin();
  hash.add(requestTimeMicros);
  hash.add(Math.floor(requestTimeMicros / 2 ** 32));
  hash.add(id.length);
  for (let i = 0; i < id.length; i += 2) hash.add(id.charCodeAt(i) | (id.charCodeAt(i + 1) << 16));
  hash.end(digest);
  return digest;
}

const hyphen = 0x2d;

function setUuid(words: Uint32Array, at: number, uuid: string): void {
  let word = 0;
  for (let i = 0, digits = 0; i < uuid.length; i += 1) {
    const code = uuid.charCodeAt(i);
    if (code === hyphen) continue;
    word = (word << 4) | hexDigit(code);
    digits += 1;
    if (digits % 8 === 0) words[at + digits / 8 - 1] = word;
  }
}

/** The value of `0`–`9`, `a`–`f` or `A`–`F` by its character code. */
const hexDigit = (code: number): number => (code & 0x0f) + (code > 0x40 ? 9 : 0);

function uuidText(words: Uint32Array): string {
  const hex = Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
