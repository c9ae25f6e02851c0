const seed = 512927377n;
const mask = 2n ** 64n - 1n;
const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (64n - by))) & mask;
const c1 = 0x87c37b91114253d5n;
const c2 = 0x4cf5ad432745937fn;

/** The key of a text: MurmurHash3_x64_128 written down with BigInts from its published definition. */
export function slowHash(text: string | Uint8Array): bigint {
  const bytes = Buffer.from(text);
  const padded = Buffer.alloc(Math.ceil(bytes.length / 16) * 16);
  bytes.copy(padded);
  let [h1, h2] = [seed, seed];
  for (let at = 0; at < padded.length; at += 16) {
    const k1 = (rotate((padded.readBigUInt64LE(at) * c1) & mask, 31n) * c2) & mask;
    const k2 = (rotate((padded.readBigUInt64LE(at + 8) * c2) & mask, 33n) * c1) & mask;
    h1 ^= k1;
    if (at + 16 > bytes.length) {
      h2 ^= k2;
      continue;
    }
    h1 = ((rotate(h1, 27n) + h2) * 5n + 0x52dce729n) & mask;
    h2 ^= k2;
    h2 = ((rotate(h2, 31n) + h1) * 5n + 0x38495ab5n) & mask;
  }
  h1 ^= BigInt(bytes.length);
  h2 ^= BigInt(bytes.length);
  h1 = (h1 + h2) & mask;
  h2 = (h2 + h1) & mask;
  [h1, h2] = [finalise(h1), finalise(h2)];
  h1 = (h1 + h2) & mask;
  h2 = (h2 + h1) & mask;
  return h1 ^ h2;
}

function finalise(x: bigint): bigint {
  x = ((x ^ (x >> 33n)) * 0xff51afd7ed558ccdn) & mask;
  x = ((x ^ (x >> 33n)) * 0xc4ceb9fe1a85ec53n) & mask;
  return x ^ (x >> 33n);
}
