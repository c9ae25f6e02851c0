import { resolveConfig } from '../../../config/resolve';
import type { NaiveConfig } from '../../../config/schema';
import { crossValidate, type SetResult } from '../../../training/cross-validation/cross-validate';
import { type RowProblem, rowMetrics, runRowFold } from '../../../training/cross-validation/row-fold';

const labels = Array.from({ length: 24 }, (_, row) => ((row * row) % 7 < 3 ? 'a' : 'b'));
const rows = labels.map((label, row) => [label === 'a' ? row % 3 : 2 - (row % 2), 1]);

const config = resolveConfig({
  models: {
    words: {
      algorithm: 'naive',
      source: { csv: 'words.csv' },
      target: 'y',
      mapping: [
        { name: 'n', type: 'int' },
        { name: 'm', type: 'int' },
      ],
    },
  },
}).models.words as NaiveConfig;

const problem: RowProblem = {
  kind: 'rows',
  config,
  folds: 4,
  dataset: { source: 'words.csv', sha256: '', rows, labels },
};

const sets = [{ lambda: 0.1 }, { lambda: 1 }, { lambda: 10 }];

const withoutTimes = (results: readonly SetResult[]) => results.map(({ seconds: _, ...result }) => result);

test('the results are those of each set by itself, in the order of the sets, however many threads there are', async () => {
  const expected = await Promise.all(
    sets.map(async (set) => ({
      set,
      metrics: rowMetrics(await Promise.all([0, 1, 2, 3].map((fold) => runRowFold(problem, set, fold)))),
    })),
  );

  for (const threads of [1, 3]) {
    expect(withoutTimes(await crossValidate(problem, sets, { threads }))).toEqual(expected);
  }
});

test('every fold and every set is told as it ends', async () => {
  const folds: string[] = [];
  const ended: [number, SetResult][] = [];

  const results = await crossValidate(problem, sets, {
    threads: 2,
    onFold: (done, of) => folds.push(`${done} of ${of}`),
    onSet: (position, result) => ended.push([position, result]),
  });

  expect(folds).toEqual(Array.from({ length: 13 }, (_, n) => `${n} of 12`));
  expect(ended.sort(([a], [b]) => a - b)).toEqual([...results.entries()]);
});

test('a set fails with the first of its folds that does, and the others go on', async () => {
  // GIVEN that one label is in the rows of fold 0 only
  const rare = labels.map((_, row) => (row % 4 === 0 ? 'x' : 'y'));
  const faulty: RowProblem = { ...problem, dataset: { ...problem.dataset, labels: rare } };

  const [result] = await crossValidate(faulty, [{}], { threads: 1 });

  expect(result).toMatchObject({
    error: "words.csv: all rows have the label 'y'; a classifier needs at least two",
    exitCode: 5,
  });
});

test('it ends with the reason for which it is aborted', async () => {
  const ending = new AbortController();
  const reason = new Error('enough');

  const work = crossValidate(problem, sets, { threads: 2, onFold: () => ending.abort(reason), signal: ending.signal });

  await expect(work).rejects.toBe(reason);
});
