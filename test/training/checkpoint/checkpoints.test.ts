import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { Checkpoints } from '../../../training/checkpoint/checkpoints';
import { decodeSums, encodeSums, type SumsPortion } from '../../../training/checkpoint/sums-file';
import { runFolder } from '../../support/test-run';

const portion = (z: readonly number[]): SumsPortion => ({
  keys: Uint32Array.from(z.flatMap((_, i) => [i, 4_000_000_000])),
  sums: { z: Float64Array.from(z), n: Float64Array.from(z, (value) => value + 1) },
});

async function* each<T>(items: Iterable<T>): AsyncIterable<T> {
  yield* items;
}

const allOf = async (portions: AsyncIterable<SumsPortion>): Promise<readonly number[]> => {
  const z: number[] = [];
  for await (const { sums } of portions) z.push(...sums.z);
  return z;
};

describe('the checkpoints of a job', () => {
  let folder: string;
  let checkpoints: Checkpoints<{ readonly pass: number }>;

  beforeEach(async () => {
    folder = join(await mkdtemp(join(runFolder(), 'checkpoints-')), 'ctr');
    checkpoints = new Checkpoints(folder);
  });

  const write = (pass: number): Promise<void> => checkpoints.write({ pass }, each([portion([pass]), portion([7, 8])]));

  it('are none before the first', async () => {
    expect(await checkpoints.newest()).toBeUndefined();
  });

  it('give the newest back', async () => {
    await write(1);
    await write(2);
    const newest = await checkpoints.newest();
    expect(newest!.state).toEqual({ pass: 2 });
    expect(await allOf(newest!.sums())).toEqual([2, 7, 8]);
  });

  it('are kept two at a time', async () => {
    for (const pass of [1, 2, 3, 4]) await write(pass);
    expect((await readdir(folder)).sort()).toEqual(['3', '4']);
  });

  it.each([
    ['whose sums are cut short', (newest: string) => truncate(join(newest, 'sums.bin'), 30)],
    ['that was not written to its end', (newest: string) => rm(join(newest, 'manifest.json'))],
  ])('leave out one %s', async (_, damage) => {
    await write(1);
    await write(2);
    await damage(join(folder, '2'));
    expect((await checkpoints.newest())!.state).toEqual({ pass: 1 });
  });

  it('are gone when they are removed', async () => {
    await write(1);
    await checkpoints.remove();
    expect(await checkpoints.newest()).toBeUndefined();
  });
});

describe('a file of sums', () => {
  it('comes back whole, whatever pieces it is read in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double({ noNaN: true })), fc.integer({ min: 1, max: 100 }), async (z, size) => {
        const { keys, sums } = portion(z);
        const bytes = encodeSums({ keys, sums });
        const count = Math.ceil(bytes.length / size);
        const pieces = Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
        const found = { keys: [] as number[], z: [] as number[], n: [] as number[] };
        for await (const part of decodeSums(each(pieces))) {
          found.keys.push(...part.keys);
          found.z.push(...part.sums.z);
          found.n.push(...part.sums.n);
        }
        expect(found).toEqual({ keys: [...keys], z: [...sums.z], n: [...sums.n] });
      }),
    );
  });
});
