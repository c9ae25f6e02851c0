import { gzipSync } from 'node:zlib';
import { unpack } from '../../../../training/data/files/read-text';
import type { FileStorage } from '../../../../training/data/files/storage';

/** One file that is read in chunks with the given borders. */
function storageOf(content: Buffer, borders: readonly number[]): FileStorage {
  return {
    find: async () => undefined,
    list: async () => [],
    names: async () => undefined,
    async *read() {
      const places = [0, ...borders, content.length];
      for (let i = 1; i < places.length; i++) yield content.subarray(places[i - 1], places[i]);
    },
  };
}

async function textOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

const unpacked = (content: Buffer, borders: readonly number[] = []) =>
  textOf(unpack({ name: 'data.gz', size: content.length, compressed: true }, storageOf(content, borders)));

describe('a packed file', () => {
  const members = ['first\n', 'second\n', ''].map((text) => gzipSync(text));
  const packed = Buffer.concat([...members, ...members]);

  test('gives the text of all its members, wherever its chunks begin and end', async () => {
    for (let border = 0; border <= packed.length; border++) {
      expect(await unpacked(packed, [border])).toBe('first\nsecond\nfirst\nsecond\n');
    }
    const everywhere = Array.from({ length: packed.length }, (_, i) => i);
    expect(await unpacked(packed, everywhere)).toBe('first\nsecond\nfirst\nsecond\n');
  });

  test('is refused if it ends inside any of its members', async () => {
    const two = Buffer.concat(members.slice(0, 2));
    for (let length = 1; length < two.length; length++) {
      if (length === members[0]!.length) continue;
      await expect(unpacked(two.subarray(0, length))).rejects.toMatchObject({
        exitCode: 5,
        message: 'data.gz: is truncated; the packed data ends too early',
      });
    }
  });
});
