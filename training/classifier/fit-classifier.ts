import type { NaiveConfig, SoftmaxConfig } from '../../config/schema';
import { Counter, learnWords, NegativeFeatureError } from '../../learning/naive-bayes/counts';
import { fitNaiveBayes } from '../../learning/naive-bayes/naive-bayes';
import { NaiveBayesModel } from '../../learning/naive-bayes/naive-bayes-model';
import type { SoftmaxModel } from '../../learning/softmax/softmax-model';
import { DataError } from '../data-error';
import type { Dataset } from '../dataset';
import { classesOf, type Fit, type FitHooks, fitModel } from './fit-softmax';

export type ClassifierConfig = SoftmaxConfig | NaiveConfig;

/** A fitted classifier, and how the optimiser ended where there is one. */
export interface ClassifierFit {
  readonly model: SoftmaxModel | NaiveBayesModel;
  readonly minimum?: Fit['minimum'];
}

/**
 * Fits a classifier to some rows of a data set; its classes are their labels, sorted.
 * @throws {DataError} if the rows have fewer than two classes, or naive Bayes meets a negative feature
 */
export async function fitClassifier(
  dataset: Dataset,
  selected: readonly number[],
  config: ClassifierConfig,
  hooks: FitHooks = {},
): Promise<ClassifierFit> {
  return config.algorithm === 'softmax'
    ? fitModel(dataset, selected, config, hooks)
    : { model: fitNaive(dataset, selected, config) };
}

function fitNaive(
  dataset: Dataset,
  selected: readonly number[],
  { mapping, hyperparameters, params }: NaiveConfig,
): NaiveBayesModel {
  const { source, rows, labels } = dataset;
  const trainingRows = selected.map((row) => rows[row]!);
  const trainingLabels = selected.map((row) => labels[row]!);
  const classes = classesOf(source, trainingLabels);
  const numbers = new Map(classes.map((label, c) => [label, c]));
  const features = learnWords(mapping, trainingRows);
  const counter = new Counter(features);
  refuseNegativeFeatures(dataset, counter);
  const likelihoods = fitNaiveBayes(
    counter,
    trainingRows,
    Int32Array.from(trainingLabels, (label) => numbers.get(label)!),
    { classes: classes.length, lambda: hyperparameters.lambda },
  );
  return new NaiveBayesModel({ features, classes, params, ...likelihoods });
}

/** Rows that are held out count, too: they are to be predicted. */
function refuseNegativeFeatures({ source, rows }: Dataset, counter: Counter): void {
  try {
    for (const [n, row] of rows.entries()) counter.count(row, n, () => {});
  } catch (error) {
    if (!(error instanceof NegativeFeatureError)) throw error;
    throw new DataError(`${source}: row ${error.row + 1}: ${error.message}`);
  }
}
