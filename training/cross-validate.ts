import { foldSplit } from '../learning/folds';
import type { Dataset } from './dataset';
import { type FitOptions, fitModel } from './fit';
import { scoreModel } from './score-model';

/**
 * Accuracy over the union of k folds, each predicted by a model trained on the others; row i is in fold i mod k.
 * @throws {DataError} if the training rows of a fold have fewer than two classes
 */
export async function crossValidate(dataset: Dataset, folds: number, options: FitOptions): Promise<number> {
  let correct = 0;
  for (let fold = 0; fold < folds; fold++) {
    const { train, test } = foldSplit(dataset.rows.length, folds, fold);
    if (test.length === 0) continue;
    const { model } = await fitModel(dataset, train, options);
    correct += (await scoreModel(model, dataset, test)) * test.length;
  }
  return correct / dataset.rows.length;
}
