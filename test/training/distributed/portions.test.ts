import fc from 'fast-check';
import { RowBuilder } from '../../../learning/sparse/row-builder';
import type { Minibatch } from '../../../training/data/part';
import { inPortions, type Portion } from '../../../training/distributed/portions';

async function* minibatchesOf(lines: readonly number[]): AsyncGenerator<Minibatch> {
  for (const count of lines) {
    yield { ...new RowBuilder(false).take(), offset: 0, lines: count, bad: { count: 0, first: [] } };
  }
}

const portionsOf = async (lines: readonly number[], interval: () => number): Promise<readonly Portion[]> => {
  const portions: Portion[] = [];
  for await (const portion of inPortions(minibatchesOf(lines), interval)) portions.push(portion);
  return portions;
};

const linesOf = ({ minibatches }: Portion): readonly number[] => minibatches.map(({ lines }) => lines);

describe('the minibatches of a part', () => {
  it('come in portions of an interval, and what is left at last', async () => {
    const portions = await portionsOf([1000, 1000, 1000, 1000, 300], () => 2000);
    expect(portions.map(linesOf)).toEqual([[1000, 1000], [1000, 1000], [300]]);
    expect(portions.map(({ isLast }) => isLast)).toEqual([false, false, true]);
  });

  it('come one by one while an interval is shorter', async () => {
    const portions = await portionsOf([1000, 1000], () => 0);
    expect(portions.map(linesOf)).toEqual([[1000], [1000], []]);
  });

  it('fill larger portions as the interval grows', async () => {
    const intervals = [1000, 2000, 2000, 3000];
    const portions = await portionsOf([1000, 1000, 1000, 1000], () => intervals.shift()!);
    expect(portions.map(linesOf)).toEqual([[1000], [1000, 1000], [1000]]);
  });

  it('come in portions of at most 20,000 lines, however long the interval is', async () => {
    const portions = await portionsOf(
      Array.from({ length: 45 }, () => 1000),
      () => Number.POSITIVE_INFINITY,
    );
    expect(portions.map((portion) => portion.minibatches.length)).toEqual([20, 20, 5]);
  });

  it('all come, in their order, and one portion is the last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5000 })), fc.nat(10_000), async (lines, interval) => {
        const portions = await portionsOf(lines, () => interval);
        expect(portions.flatMap(linesOf)).toEqual(lines);
        expect(portions.map(({ isLast }) => isLast)).toEqual([...portions.slice(1).map(() => false), true]);
      }),
    );
  });
});
