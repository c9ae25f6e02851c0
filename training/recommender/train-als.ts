import type { AlsConfig } from '../../config/schema';
import { loadModel } from '../../learning/load-model';
import type { UserItemModel } from '../../learning/model';
import { encodeModelFile } from '../../learning/model-file';
import { explicitAls, implicitAls } from '../../learning/recommender/als/als';
import { compatibleAls } from '../../learning/recommender/als/compatible-als';
import type { Factorisation } from '../../learning/recommender/als/factorisation';
import { rankingQuality, ratingErrors } from '../../learning/recommender/evaluate';
import { alsAlgorithm } from '../../learning/recommender/factor-model';
import { holdOut } from '../../learning/recommender/interactions/hold-out';
import type { NamedInteractions } from '../../learning/recommender/interactions/interaction-builder';
import { DataError } from '../data-error';
import type { TrainedModel, TrainRequest } from '../train-model';
import { factoriseInThreads } from './factorise';
import { readInteractionData } from './read-interactions';

/** How many recommendations of a user are scored. */
const scoredItems = 10;

/**
 * Trains a recommender on the training part of its interactions and scores it on both parts: by the negated RMSE of
 * ratings, or by the NDCG of the first ten where values do not count.
 *
 * @throws {DataError} if the data is absent or not fit for training
 * @throws {ModelFileError} if the rival is no model file
 */
export async function trainAls(request: TrainRequest & { readonly config: AlsConfig }): Promise<TrainedModel> {
  const { name, config, createdAt, rival, signal, onNotice } = request;
  const { evaluation, hyperparameters, params } = config;
  const { source, sha256, rows, data, position } = await readInteractionData(name, config, request, signal);
  refuseHugeScores(source, data);
  const { train, test } = holdOut(data, evaluation.testFraction, evaluation.seed);
  if (train.interactions.values.length === 0) {
    throw new DataError(`${source}: too few interactions to hold some out; set models.${name}.evaluation.testFraction`);
  }
  const model = await factoriseInThreads(factorisationOf(train, config), { signal, onStep: slowly(onNotice) });

  const hasTest = test.interactions.values.length > 0;
  const quality = { train: measure(model, config, train), test: hasTest ? measure(model, config, test, train) : null };
  const scores = { train: quality.train.score, test: quality.test?.score ?? null };
  const { metrics } = quality.test ?? quality.train;
  return {
    bytes: encodeModelFile({
      header: {
        algorithm: alsAlgorithm,
        model: name,
        features: config.mapping.map(({ name, type, aliases }) => ({ name, type, aliases: [...aliases] })),
        classes: null,
        hyperparameters: { ...hyperparameters },
        params,
        scores,
        metrics,
        data: { sha256, rows },
        createdAt: createdAt.toISOString(),
      },
      arrays: model.toArrays(),
    }),
    scores,
    metrics,
    rivalScore: rival && hasTest ? measure(rivalOf(rival, source), config, test, train).score : null,
    rows,
    // What was held out is to count for the weights of users, too.
    observedUpTo: hasTest ? undefined : position,
  };
}

/** Sums of squares have to be numbers, too. */
const largestScore = 1e150;

/** @throws {DataError} naming the user and the item, whose score can be sent anew */
function refuseHugeScores(source: string, { users, items, interactions }: NamedInteractions): void {
  const { offsets, columns, values } = interactions;
  const huge = values.findIndex((value) => Math.abs(value) > largestScore);
  if (huge < 0) return;
  const user = users[offsets.findIndex((_, row) => huge < offsets[row + 1]!)];
  const whose = `of user '${user}' for item '${items[columns[huge]!]}'`;
  throw new DataError(`${source}: the score ${values[huge]} ${whose} is too large to learn from; send another one`);
}

/** What finds the factors that a configuration asks for. */
export function factorisationOf(data: NamedInteractions, config: AlsConfig): Factorisation {
  const { seed } = config.evaluation;
  const { params } = config;
  switch (config.mode) {
    case 'explicit':
      return explicitAls(data, { ...config.hyperparameters, seed, params });
    case 'implicit':
      return implicitAls(data, { ...config.hyperparameters, seed, params });
    case 'velox': {
      const { rank, lambda, sweeps, ridgeFactor = rank } = config.hyperparameters;
      return compatibleAls(data, { numFeatures: rank, lambda, ridgeFactor, iterations: sweeps, seed, params });
    }
  }
}

const secondsBetweenNotices = 5;

/** Tells now and then how far a long training is. */
function slowly(say: TrainRequest['onNotice']): (done: number, of: number) => void {
  let told = performance.now();
  return (done, of) => {
    if (performance.now() - told < secondsBetweenNotices * 1000) return;
    told = performance.now();
    say?.(`step ${done} of ${of}`);
  };
}

interface Quality {
  /** Higher is better. */
  readonly score: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** @param seen what is not recommended again */
function measure(
  model: UserItemModel,
  { mode }: AlsConfig,
  interactions: NamedInteractions,
  seen?: NamedInteractions,
): Quality {
  if (mode !== 'implicit') {
    const { rmse, mae } = ratingErrors(model, interactions);
    return { score: -rmse, metrics: { rmse, mae } };
  }
  const { precision, hitRate, ndcg, map } = rankingQuality(model, interactions, scoredItems, seen)!;
  const at = (metric: string) => `${metric}@${scoredItems}`;
  return {
    score: ndcg,
    metrics: { [at('precision')]: precision, [at('hr')]: hitRate, [at('ndcg')]: ndcg, [at('map')]: map },
  };
}

function rivalOf(bytes: Uint8Array, source: string): UserItemModel {
  const { model } = loadModel(bytes);
  if (model.kind === 'user-item') return model;
  throw new DataError(`${source}: the active revision is of another algorithm; train once without betterThanActive`);
}
