import fc from 'fast-check';
import { keyAt, keyCount } from '../../../learning/sparse/keys';
import { MemoryStore } from '../../../training/store/memory-store';
import type { Sums } from '../../../training/store/parameter-store';

/** Keys that differ in their low or their high words alone, and what is added to their sums. */
const additions = fc.uniqueArray(
  fc.record({
    key: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((key) => key & 0x0000_0007_0000_0007n),
    z: fc.integer({ min: -3, max: 3 }),
    n: fc.integer({ min: 0, max: 3 }),
  }),
  { selector: ({ key }) => key, maxLength: 40 },
);

type Addition = { readonly key: bigint; readonly z: number; readonly n: number };

const keysOf = (given: readonly Addition[]): Uint32Array =>
  Uint32Array.from(given.flatMap(({ key }) => [Number(key & 0xffff_ffffn), Number(key >> 32n)]));

const sumsOf = (given: readonly Addition[]): Sums => ({
  z: Float64Array.from(given, ({ z }) => z),
  n: Float64Array.from(given, ({ n }) => n),
});

async function entriesOf(store: MemoryStore): Promise<Map<bigint, readonly [number, number]>> {
  const entries = new Map<bigint, readonly [number, number]>();
  for await (const { keys, sums } of store.export()) {
    for (let i = 0; i < keyCount(keys); i++) entries.set(BigInt(keyAt(keys, i)), [sums.z[i]!, sums.n[i]!]);
  }
  return entries;
}

describe('the sums of keys in memory', () => {
  it('are what was added to each key, whoever asks and in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(additions), async (pushes) => {
        const store = new MemoryStore();
        const expected = new Map<bigint, readonly [number, number]>();
        for (const push of pushes) {
          for (const { key, z, n } of push) {
            const [beforeZ, beforeN] = expected.get(key) ?? [0, 0];
            if (expected.has(key) || z !== 0 || n !== 0) expected.set(key, [beforeZ + z, beforeN + n]);
          }
          const after = await store.push(keysOf(push), sumsOf(push));
          expect(await store.pull(keysOf(push))).toEqual(after);
          expect([...after.z]).toEqual(push.map(({ key }) => expected.get(key)?.[0] ?? 0));
          expect([...after.n]).toEqual(push.map(({ key }) => expected.get(key)?.[1] ?? 0));
        }
        expect(await entriesOf(store)).toEqual(expected);
      }),
    );
  });

  it('are replaced where they are restored, however many there are', async () => {
    const store = new MemoryStore();
    const many = Array.from({ length: 5000 }, (_, i) => ({ key: BigInt(i) << 20n, z: i, n: i + 1 }));
    await store.push(keysOf(many.slice(0, 10)), sumsOf(many.slice(10, 20)));

    await store.restore(keysOf(many), sumsOf(many));

    expect(await entriesOf(store)).toEqual(new Map(many.map(({ key, z, n }) => [key, [z, n]])));
  });
});
