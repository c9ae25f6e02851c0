import fc from 'fast-check';
import { Darlin, initialState } from '../../../learning/darlin/darlin';
import { RowsWorker } from '../../../learning/darlin/rows-worker';
import { Random } from '../../../learning/random';
import { interiorPoint, lowerBound, objective } from './support/interior-point';
import { denseMatrix, problems, sparseRows } from './support/problems';
import { byKey, defaults, ready, train } from './support/training';

type Name = keyof typeof problems;
const names = Object.keys(problems) as Name[];

const solve = (name: Name, seed: number) => {
  const { examples, width, lambda } = problems[name](seed);
  const matrix = denseMatrix(examples, width);
  const labels = examples.map(({ label }) => label);
  const reference = interiorPoint(matrix, labels, lambda);
  const bound = lowerBound(matrix, labels, lambda, reference);
  const f = (weights: Float64Array) => objective(matrix, labels, lambda, weights);
  expect(f(reference) / bound - 1).toBeLessThan(1e-8);
  return { examples, width, lambda, gapOf: (weights: Float64Array) => f(weights) / bound - 1, f };
};

const alreadySolved = new Map<string, ReturnType<typeof solve>>();

/** A problem with a proven lower bound of its minimum, which an independent method comes within 1e-8 of. */
function solved(name: Name, seed: number): ReturnType<typeof solve> {
  const solution = alreadySolved.get(`${name} ${seed}`) ?? solve(name, seed);
  alreadySolved.set(`${name} ${seed}`, solution);
  return solution;
}

describe('the weights of DARLIN are within 1e-5 of the minimum that an interior-point method finds', () => {
  const seeds = [1, 2];
  test.each(names.flatMap((name) => seeds.map((seed) => [name, seed] as const)))(
    'on %s, seed %i',
    async (name, seed) => {
      const { examples, width, lambda, gapOf, f } = solved(name, seed);
      const { weights, reports } = await train(examples, width, { lambda, seed });
      expect(gapOf(weights)).toBeLessThanOrEqual(1e-5);
      expect(reports.at(-1)!.gap).toBeLessThanOrEqual(1e-5);
      expect(reports.at(-1)!.objective).toBeCloseTo(f(weights), 8);
    },
  );

  test.each(names)('on %s, with three workers', async (name) => {
    const { examples, width, lambda, gapOf } = solved(name, 2);
    expect(gapOf((await train(examples, width, { lambda, workers: 3 })).weights)).toBeLessThanOrEqual(1e-5);
  });

  test.each(names)('on %s, with slopes that lag four blocks behind, in the order of the groups', async (name) => {
    const { examples, width, lambda, gapOf } = solved(name, 2);
    const options = { lambda, workers: 2, maxBlockDelay: 4, randomBlockOrder: false };
    expect(gapOf((await train(examples, width, options)).weights)).toBeLessThanOrEqual(1e-5);
  });

  test.each(names)('on %s, with a KKT filter that takes out whatever it may', async (name) => {
    const { examples, width, lambda, gapOf } = solved(name, 2);
    expect(gapOf((await train(examples, width, { lambda, kktThresholdRatio: 0 })).weights)).toBeLessThanOrEqual(1e-5);
  });

  test.each(names)('on %s, from weights that are far off', async (name) => {
    const { examples, width, lambda, gapOf } = solved(name, 2);
    const { worker, layout } = await ready(examples);
    const far = Float64Array.from({ length: layout.counts.length }, (_, j) => 20 * Math.sin(j));
    const darlin = new Darlin(worker, layout, { ...defaults, lambda }, initialState(layout, far, 1));
    for (let pass = 0; pass < 10 && darlin.state.gap > 1e-5; pass++) await darlin.pass();
    expect(gapOf(byKey(layout, darlin.state.weights, width))).toBeLessThanOrEqual(1e-5);
  });

  test('although all features were filtered out and the weights were far off at first', async () => {
    const { examples, width, lambda, gapOf } = solved('oneHotGroups', 7);
    const { worker, layout } = await ready(examples);
    const start = initialState(layout, new Float64Array(layout.keys.length / 2).fill(9), 1);
    start.active.fill(0);
    const darlin = new Darlin(worker, layout, { ...defaults, lambda }, start);
    let gap = 1;
    for (let pass = 0; pass < 10 && gap > 1e-5; pass++) gap = (await darlin.pass()).gap;
    expect(gapOf(byKey(layout, darlin.state.weights, width))).toBeLessThanOrEqual(1e-5);
  });
});

test('on data of any shape the weights are within 1e-5 of a lower bound of the minimum, computed from its definition', async () => {
  const shape = fc.record({
    seed: fc.nat(),
    rows: fc.integer({ min: 1, max: 40 }),
    width: fc.integer({ min: 1, max: 60 }),
    entries: fc.integer({ min: 1, max: 12 }),
    isBinary: fc.boolean(),
    digits: fc.constantFrom(0, 1, 3),
    lambda: fc.constantFrom(0.001, 0.03, 0.5),
  });
  await fc.assert(
    fc.asyncProperty(shape, async ({ seed, rows, width, entries, isBinary, digits, lambda }) => {
      const random = new Random(seed);
      const units = Array.from({ length: width }, () => 10 ** (digits * (random.uniform() - 0.5)));
      const examples = Array.from({ length: rows }, () => ({
        label: random.uniform() < 0.5 ? 1 : -1,
        entries: Array.from({ length: entries }, () => {
          const key = random.below(width);
          return { key, value: isBinary ? 1 : units[key]! * random.normal(), group: 1 + (key % 3) };
        }),
      }));
      const matrix = denseMatrix(examples, width);
      const labels = examples.map(({ label }) => label);
      const { weights } = await train(examples, width, { lambda, workers: Math.min(2, rows) });
      const f = objective(matrix, labels, lambda, weights);
      expect(f / lowerBound(matrix, labels, lambda, weights) - 1).toBeLessThanOrEqual(1.001e-5);
    }),
  );
});

describe('a pass', () => {
  test.each(names)('never raises the objective, on %s', async (name) => {
    const { examples, width, lambda } = problems[name](8);
    // No gap is below 0: all passes are made, also those that have nothing left to gain.
    const { reports } = await train(examples, width, { lambda, targetGap: -1, maxBlockDelay: 2 });
    expect(reports).toHaveLength(10);
    for (const [i, { objective, relative }] of reports.entries()) {
      if (i === 0) continue;
      expect(objective).toBeLessThanOrEqual(reports[i - 1]!.objective * (1 + 1e-14));
      expect(relative).toBeCloseTo(reports[i - 1]!.objective / objective - 1, 14);
    }
  });

  test('proves a gap that is never smaller than the true one', async () => {
    const { examples, width, lambda, gapOf } = solved('wideWithFewRows', 9);
    const { worker, layout } = await ready(examples);
    const start = initialState(layout, new Float64Array(layout.keys.length / 2), 1);
    const darlin = new Darlin(worker, layout, { ...defaults, lambda, targetGap: 0.5 }, start);
    for (let pass = 0; pass < 3; pass++) {
      const { gap } = await darlin.pass();
      expect(gap).toBeGreaterThanOrEqual(gapOf(byKey(layout, darlin.state.weights, width)) * (1 - 1e-6) - 1e-8);
    }
  });

  test('goes on from a copied state exactly as the unbroken training does', async () => {
    const { examples, lambda } = problems.badlyScaled(10);
    const options = { ...defaults, lambda, targetGap: 0 };
    const unbroken = await ready(examples);
    const start = () => initialState(unbroken.layout, new Float64Array(20), 1);
    const darlin = new Darlin(unbroken.worker, unbroken.layout, options, start());
    await darlin.pass();
    const copy = structuredClone(darlin.state);
    const expected = [await darlin.pass(), await darlin.pass()];

    const { worker, layout } = await ready(examples);
    const resumed = new Darlin(worker, layout, options, copy);
    expect([await resumed.pass(), await resumed.pass()]).toEqual(expected);
    expect(resumed.state).toEqual(darlin.state);
  });

  test('leaves all weights at 0 if the penalty outweighs every slope', async () => {
    const { examples, width } = problems.oneBlock(11);
    const { weights, reports } = await train(examples, width, { lambda: 1e4 });
    expect(weights.every((weight) => weight === 0)).toBe(true);
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({ objective: expect.closeTo(400 * Math.LN2, 9), nonzeros: 0, gap: 0 });
  });
});

/** A worker that notes what it is asked for: the first feature of a block's slopes, and when a step begins. */
class NotingWorker extends RowsWorker {
  readonly notes: (number | 'step')[] = [];
  override slopes(features: Uint32Array, widths: Float64Array) {
    this.notes.push(features[0]!);
    return super.slopes(features, widths);
  }
  override aim(features: Uint32Array, change: Float64Array) {
    this.notes.push('step');
    return super.aim(features, change);
  }
}

describe('the order of the blocks', () => {
  const { examples, lambda } = problems.oneHotGroups(12);
  const notesOf = async (options: Partial<typeof defaults>) => {
    const worker = new NotingWorker(sparseRows(examples));
    const { layout } = await ready(examples);
    await worker.arrange(layout.keys);
    const start = initialState(layout, new Float64Array(layout.keys.length / 2), 1);
    // Any gap will do: no second-order steps are made.
    const darlin = new Darlin(worker, layout, { ...defaults, lambda, targetGap: 1, ...options }, start);
    for (let pass = 0; pass < 2; pass++) await darlin.pass();
    const groupOf = new Map(layout.blocks.map(({ start, group }) => [start, group]));
    return worker.notes.map((note) => (note === 'step' ? note : groupOf.get(note)));
  };
  const blocksOf = (notes: readonly unknown[]) => notes.filter((note) => note !== 'step');

  test('is that of the groups if it is not to be random', async () => {
    expect(blocksOf(await notesOf({ randomBlockOrder: false }))).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
  });

  test('is shuffled anew for each pass, and the same for the same seed', async () => {
    const notes = blocksOf(await notesOf({ seed: 3 }));
    expect(blocksOf(await notesOf({ seed: 3 }))).toEqual(notes);
    expect(blocksOf(await notesOf({ seed: 4 }))).not.toEqual(notes);
    const [first, second] = [notes.slice(0, 5), notes.slice(5)];
    expect(second).not.toEqual(first);
    for (const pass of [first, second]) expect(pass.toSorted()).toEqual([1, 2, 3, 4, 5]);
  });

  test('has the prior groups first, in the first pass, for some rounds', async () => {
    const options = { randomBlockOrder: false, priorGroups: [4, 9, 2], priorGroupRounds: 2 };
    expect(blocksOf(await notesOf(options))).toEqual([4, 4, 2, 2, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5]);
  });

  test('asks for the slopes of as many blocks ahead as they may lag, but not for those of prior groups', async () => {
    const step = 'step';
    const notes = await notesOf({ randomBlockOrder: false, maxBlockDelay: 2, priorGroups: [1], priorGroupRounds: 2 });
    expect(notes.slice(0, 14)).toEqual([1, step, 1, step, 1, 2, 3, step, 4, step, 5, step, step, step]);
  });
});
