import { toKeys } from '../../../learning/sparse/keys';
import type { Minibatch } from '../../../training/data/part';
import { MinibatchLearner } from '../../../training/online/minibatch-learner';
import { countingConf } from '../distributed/support/counting';

/** A minibatch of rows that have the one key 7, with value 1. */
const rowsOfOneKey = (labels: readonly number[], importances?: readonly number[]): Minibatch => ({
  labels: Float64Array.from(labels),
  importances: importances && Float64Array.from(importances),
  offsets: Uint32Array.from({ length: labels.length + 1 }, (_, i) => i),
  features: new Uint32Array(labels.length),
  values: undefined,
  keys: toKeys([7n]),
  groups: undefined,
  offset: 0,
  lines: labels.length,
  bad: { count: 0, first: [] },
});

const sums = (z: number, n: number) => ({ z: Float64Array.of(z), n: Float64Array.of(n) });
const conf = countingConf({
  penalty: { l1: 0.1, l2: 0 },
  learningRate: { type: 'DECAY', alpha: 0.5, beta: 1 },
});

describe('a step of online learning', () => {
  it('from nothing, by FTRL on one example, has g = −½', () => {
    const learner = new MinibatchLearner(conf);
    const step = learner.learn(rowsOfOneKey([1]), sums(0, 0), 0);
    expect(step.deltas).toEqual(sums(-0.5, 0.25));
    expect(step.loss).toBeCloseTo(Math.LN2, 12);
    expect([step.examples, step.correct, step.auc]).toEqual([1, 0, Number.NaN]);
    expect(learner.weights(step.deltas)[0]).toBeCloseTo(0.133333, 6);
  });

  it('counts an example of importance 3 as three', () => {
    const step = new MinibatchLearner(conf).learn(rowsOfOneKey([1, -1], [3, 1]), sums(0, 0), 0);
    expect(step.deltas.z[0]).toBeCloseTo(3 * -0.5 + 0.5, 12);
    expect(step.examples).toBe(4);
  });

  it.each([2, 254, 255, 1000])(
    'leaves out a key that was seen %d times or less, unless the store has it',
    (frequency) => {
      const tail = { frequency, countMinRows: 2, countMinSize: 1000 };
      const learner = new MinibatchLearner({ ...conf, tail });
      expect(learner.learn(rowsOfOneKey(Array(frequency).fill(1)), sums(0, 0), 0).deltas).toEqual(sums(0, 0));
      expect(learner.learn(rowsOfOneKey([1]), sums(0, 0), 0).deltas).not.toEqual(sums(0, 0));
      const newcomer = new MinibatchLearner({ ...conf, tail });
      expect(newcomer.learn(rowsOfOneKey([1]), sums(-1, 1), 0).deltas).not.toEqual(sums(0, 0));
    },
  );

  it('counts keys in the first pass alone', () => {
    const learner = new MinibatchLearner({ ...conf, tail: { frequency: 2, countMinRows: 2, countMinSize: 1000 } });
    for (let i = 0; i < 5; i++) {
      expect(learner.learn(rowsOfOneKey([1]), sums(0, 0), 1).deltas).toEqual(sums(0, 0));
    }
  });
});
