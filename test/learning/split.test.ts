import fc from 'fast-check';
import { foldOf, foldSplit } from '../../learning/folds';
import { stratifiedSplit } from '../../learning/split';

const labelled = fc.array(fc.nat(3), { minLength: 1, maxLength: 60 }).map((labels) => Int32Array.from(labels));
const fraction = fc.double({ min: 0.01, max: 0.9, noNaN: true });
const seed = fc.maxSafeInteger();

describe('the stratified split', () => {
  test('puts every row in exactly one part, in order', () => {
    fc.assert(
      fc.property(labelled, fraction, seed, (labels, testFraction, seedValue) => {
        const { train, test } = stratifiedSplit(labels, testFraction, seedValue);

        expect([...train, ...test].sort((a, b) => a - b)).toEqual([...labels.keys()]);
        expect([...train]).toEqual([...train].sort((a, b) => a - b));
        expect([...test]).toEqual([...test].sort((a, b) => a - b));
      }),
    );
  });

  test('leaves a training row of every class', () => {
    fc.assert(
      fc.property(labelled, fraction, seed, (labels, testFraction, seedValue) => {
        const { train } = stratifiedSplit(labels, testFraction, seedValue);

        expect(new Set(train.map((row) => labels[row]))).toEqual(new Set(labels));
      }),
    );
  });

  test('gives each class its share, to less than a row where the class is large enough', () => {
    fc.assert(
      fc.property(labelled, fc.double({ min: 0.1, max: 0.5, noNaN: true }), seed, (labels, testFraction, seedValue) => {
        const { test } = stratifiedSplit(labels, testFraction, seedValue);

        for (const label of new Set(labels)) {
          const size = labels.filter((other) => other === label).length;
          const held = test.filter((row) => labels[row] === label).length;
          if (size > 1) expect(Math.abs(held - size * testFraction)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test('holds out ten rows of each of three classes of fifty', () => {
    const labels = Int32Array.from({ length: 150 }, (_, row) => Math.floor(row / 50));

    const { test } = stratifiedSplit(labels, 0.2, 1);

    expect([0, 1, 2].map((label) => test.filter((row) => labels[row] === label).length)).toEqual([10, 10, 10]);
  });

  test('is the same for the same seed and another for another', () => {
    const labels = Int32Array.from({ length: 100 }, (_, row) => row % 2);

    expect(stratifiedSplit(labels, 0.2, 1)).toEqual(stratifiedSplit(labels, 0.2, 1));
    expect(stratifiedSplit(labels, 0.2, 1)).not.toEqual(stratifiedSplit(labels, 0.2, 2));
  });

  test('holds out nothing for the fraction 0', () => {
    expect(stratifiedSplit(Int32Array.of(0, 1, 0), 0, 1)).toEqual({ train: [0, 1, 2], test: [] });
  });

  test('holds out one row of a tiny file', () => {
    expect(stratifiedSplit(Int32Array.of(0, 0, 1), 0.1, 1).test).toHaveLength(1);
  });
});

describe('folds', () => {
  test('test row i in fold i mod k', () => {
    expect([0, 1, 2, 3, 4, 5, 6].map((row) => foldOf(row, 3))).toEqual([0, 1, 2, 0, 1, 2, 0]);
    expect(foldSplit(7, 3, 1)).toEqual({ train: [0, 2, 3, 5, 6], test: [1, 4] });
  });
});
