import { resolve } from 'node:path';
import { resolveConfig } from '../../../config/resolve';
import type { NaiveConfig, SoftmaxConfig } from '../../../config/schema';
import modelappConfig from '../../../modelapp.config';
import { type RowProblem, rowMetrics, runRowFold } from '../../../training/cross-validation/row-fold';
import type { Dataset } from '../../../training/dataset';
import { readDataset } from '../../../training/read-dataset';

const iris = resolveConfig(modelappConfig).models.iris as SoftmaxConfig;

async function metricsOf(problem: RowProblem) {
  const folds = Array.from({ length: problem.folds }, (_, fold) => runRowFold(problem, {}, fold));
  return rowMetrics(await Promise.all(folds));
}

const datasetOf = (rows: Dataset['rows'], labels: Dataset['labels']): Dataset => ({
  source: 'rows',
  sha256: '',
  rows,
  labels,
});

test('finds an accuracy of at least 0.96 on iris in ten folds', async () => {
  const dataset = await readDataset('iris', iris, { directory: resolve(__dirname, '../../..') });

  const metrics = await metricsOf({ kind: 'rows', config: iris, folds: 10, dataset });

  expect(metrics.accuracy).toBeGreaterThanOrEqual(0.96);
  // Of three classes there is no AUC.
  expect(Object.keys(metrics)).toEqual(['accuracy', 'logloss']);
});

test('never predicts a row by a model that saw it', async () => {
  // GIVEN rows whose label can only be learnt by heart: each category occurs once
  const labels = Array.from({ length: 20 }, (_, row) => (row % 4 < 2 ? 'a' : 'b'));
  const dataset = datasetOf(
    labels.map((_, row) => [`row ${row}`]),
    labels,
  );
  const mapping = [{ name: 'id', type: 'str' as const, aliases: [] }];
  const config = { ...iris, mapping, hyperparameters: { lambda: 0.01, maxIterations: 100 } };

  // WHEN
  const { accuracy } = await metricsOf({ kind: 'rows', config, folds: 20, dataset });

  // THEN the other label is more frequent among the rows left
  expect(accuracy).toBe(0);
});

test('measures over the union of the folds, as worked out by hand for naive Bayes', async () => {
  // GIVEN a single amount, which tells nothing, and folds of 4 and 3 rows
  const labels = ['yes', 'yes', 'no', 'no', 'yes', 'yes', 'no'];
  const config: NaiveConfig = {
    ...iris,
    algorithm: 'naive',
    mapping: [{ name: 'clicked', type: 'bool', aliases: [] }],
    hyperparameters: { lambda: 1 },
  };
  const dataset = datasetOf(
    labels.map((_, row) => [row % 3 === 0]),
    labels,
  );

  // WHEN
  const metrics = await metricsOf({ kind: 'rows', config, folds: 2, dataset });

  // THEN the probability of 'yes' is its prior, smoothed by 1, in the other fold
  const yes = labels.map((_, row) => {
    const train = labels.filter((_, other) => other % 2 !== row % 2);
    return (train.filter((label) => label === 'yes').length + 1) / (train.length + 2);
  });
  const isYes = labels.map((label) => label === 'yes');
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  expect(metrics.logloss).toBeCloseTo(-sum(yes.map((p, row) => Math.log(isYes[row] ? p : 1 - p))) / 7, 12);
  expect(metrics.accuracy).toBe(yes.filter((p, row) => p > 0.5 === isYes[row]).length / 7);
  const [positives, negatives] = [true, false].map((label) => yes.filter((_, row) => isYes[row] === label));
  const pairs = positives!.flatMap((a) => negatives!.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
  expect(metrics.auc).toBeCloseTo(sum(pairs) / pairs.length, 12);
});

test('a class that training did not meet has the probability 0, so that the loss is large and finite', async () => {
  const labels = ['rare', 'a', 'b', 'a', 'b', 'a'];
  const dataset = datasetOf(
    labels.map(() => [1]),
    labels,
  );
  const config = { ...iris, mapping: [{ name: 'x', type: 'float' as const, aliases: [] }] };

  const [outcome] = [await runRowFold({ kind: 'rows', config, folds: 6, dataset }, {}, 0)];

  expect(outcome.probabilities).toEqual([0]);
  expect(rowMetrics([outcome]).logloss).toBe(-Math.log(Number.EPSILON));
});
