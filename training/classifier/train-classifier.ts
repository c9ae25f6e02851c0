import { isTextModel } from '../../config/models/algorithms/classifier';
import { loadModel } from '../../learning/load-model';
import { encodeModelFile } from '../../learning/model-file';
import { NaiveBayesModel } from '../../learning/naive-bayes/naive-bayes-model';
import { TextModel } from '../../learning/naive-bayes/text-model';
import { stratifiedSplit } from '../../learning/split';
import type { Dataset } from '../dataset';
import { readDataset } from '../read-dataset';
import type { TrainedModel, TrainRequest } from '../train-model';
import { type ClassifierConfig, fitClassifier } from './fit-classifier';
import { scoreModel, withFeaturesOf } from './score-model';

/**
 * Trains a model on the training part of its data and scores it on both parts.
 * @throws {DataError} if the data is absent or not fit for training
 * @throws {ModelFileError} if the rival is no model file
 */
export async function trainClassifier(
  request: TrainRequest & { readonly config: ClassifierConfig },
): Promise<TrainedModel> {
  const { name, config, createdAt, rival, onProgress, signal } = request;
  const { algorithm, mapping, evaluation, hyperparameters, params } = config;
  const dataset = await readDataset(name, config, request, signal);
  const { train, test } = stratifiedSplit(classNumbers(dataset), evaluation.testFraction, evaluation.seed);
  const { model, minimum } = await fitClassifier(dataset, train, config, { onProgress, signal });

  const hasTest = test.length > 0;
  const scores = {
    train: await scoreModel(model, dataset, train),
    test: hasTest ? await scoreModel(model, dataset, test) : null,
  };
  return {
    bytes: encodeModelFile({
      header: {
        algorithm,
        model: name,
        features: [...model.features],
        classes: [...model.classes],
        hyperparameters: { ...hyperparameters },
        params,
        scores,
        data: { sha256: dataset.sha256, rows: dataset.rows.length },
        createdAt: createdAt.toISOString(),
      },
      arrays:
        model instanceof NaiveBayesModel && isTextModel(config) ? new TextModel(model).toArrays() : model.toArrays(),
    }),
    scores,
    rivalScore: rival && hasTest ? await scoreRival(rival, dataset, mapping, test) : null,
    rows: dataset.rows.length,
    ...(minimum && {
      minimum: { reason: minimum.reason, iterations: minimum.iterations, gradientNorm: minimum.gradientNorm },
    }),
  };
}

async function scoreRival(
  bytes: Uint8Array,
  dataset: Dataset,
  mapping: ClassifierConfig['mapping'],
  test: readonly number[],
): Promise<number> {
  const loaded = loadModel(bytes).model;
  const model = loaded instanceof TextModel ? loaded.classifier : loaded;
  return scoreModel(model, withFeaturesOf(model, dataset, mapping), test);
}

/** The labels as numbers in order of appearance. */
function classNumbers({ labels }: Dataset): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(labels, (label) => {
    if (!numbers.has(label)) numbers.set(label, numbers.size);
    return numbers.get(label)!;
  });
}
