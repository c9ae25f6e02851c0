import type { Hash } from 'node:crypto';

/** The pieces as they are, of which a hash is taken on the way. */
export async function* hashed(pieces: AsyncIterable<Buffer> | Iterable<Buffer>, hash: Hash): AsyncIterable<Buffer> {
  for await (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
}
