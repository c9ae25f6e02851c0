import type { ParameterSet } from '../../config/models/parameters';
import type { CustomConfig } from '../../config/schema';
import { LoadedModel } from '../../custom-models/loaded-model';
import type { Abilities } from '../../custom-models/messages';
import type { ModelCode } from '../../custom-models/model-code';
import { ModelProcess } from '../../custom-models/model-process';
import { foldSplit } from '../../learning/folds';
import type { Prediction } from '../../learning/model';
import { type RankingMetrics, rankingMetrics } from '../../learning/ranking-metrics';
import { classesOf } from '../classifier/fit-softmax';
import type { Examples } from '../custom/examples';
import { ownScore, predictionsOf, timeoutMs } from '../custom/score-custom';
import { DataError } from '../data-error';
import type { Metrics } from '../sparse-linear/score-sparse-linear';
import { interactionMetrics } from './interaction-fold';
import { lastOf, type RowOutcome, rowMetrics, rowOutcome } from './row-fold';

/** A model of the user's own. */
export interface CustomProblem {
  readonly kind: 'custom';
  readonly config: CustomConfig;
  readonly code: ModelCode;
  readonly abilities: Abilities;
  readonly folds: number;
  readonly source: string;
  readonly examples: Examples;
  /** How many recommendations are scored; undefined if none are. */
  readonly rankingDepth?: number | undefined;
}

/** What the model says of the test rows of a fold. */
export interface CustomOutcome {
  readonly kind: 'custom';
  /** Of a classifier. */
  readonly classified?: RowOutcome | undefined;
  /** How far numbers are off the target, for each test row; none of a classifier. */
  readonly errors: readonly number[];
  /** How well each user's items were ranked. */
  readonly queries: readonly RankingMetrics[];
  readonly rankingDepth: number | undefined;
  /** What its own `score` says of the test rows; undefined if it has none. */
  readonly score: number | undefined;
  readonly rows: number;
}

/**
 * Trains on the rows outside of a fold and predicts those in it, in a process of the model's code that ends with the fold.
 * @throws {DataError} if no row is left to train on
 * @throws {ModelProcessError | Error} if the code fails
 */
export async function runCustomFold(
  problem: CustomProblem,
  set: ParameterSet,
  fold: number,
  signal?: AbortSignal,
): Promise<CustomOutcome> {
  const { config, code, source, examples, folds } = problem;
  const { train, test } = foldSplit(examples.rows.length, folds, fold);
  if (train.length === 0) throw new DataError(`${source}: too few rows to hold some out`);
  const process = await ModelProcess.start({
    code,
    features: config.mapping.map(({ name }) => name),
    mode: config.mode,
  });
  const stop = () => process.kill('it was stopped');
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    return await runIn(process, problem, set, partOf(examples, train), partOf(examples, test));
  } finally {
    signal?.removeEventListener('abort', stop);
    process.kill('the fold is over');
  }
}

const partOf = ({ rows, targets }: Examples, part: readonly number[]): Examples => ({
  rows: part.map((row) => rows[row]!),
  targets: part.map((row) => targets[row]!),
});

async function runIn(
  process: ModelProcess,
  { config, source, abilities, examples, rankingDepth }: CustomProblem,
  set: ParameterSet,
  train: Examples,
  test: Examples,
): Promise<CustomOutcome> {
  const { algorithm, mapping, hyperparameters, evaluation, params } = config;
  const isClassifier = abilities.kind === 'classifier';
  const classes = isClassifier ? classesOf(source, train.targets as readonly string[]) : [];
  const { data } = await process.ask('train', {
    ...train,
    classes,
    features: mapping.map(({ name, type }) => ({ name, type })),
    hyperparameters: { ...hyperparameters, ...set },
    seed: evaluation.seed,
  });
  const model = await LoadedModel.load(process, data, classes, algorithm);
  const predictions = await predictionsOf(model, test.rows, params);
  const outputs = predictions.map(({ output }) => output);
  const actual = test.targets as readonly string[];
  return {
    kind: 'custom',
    classified: isClassifier
      ? rowOutcome(predictions, classes, actual, lastOf(examples.targets as readonly string[]))
      : undefined,
    errors: isClassifier ? [] : errorsOf(predictions, test.targets as readonly number[]),
    queries: rankingDepth && abilities.ranks ? await rankedQueries(model, params, train, test, rankingDepth) : [],
    rankingDepth: abilities.ranks ? rankingDepth : undefined,
    score: abilities.scores ? await ownScore(process, model, outputs, test.targets) : undefined,
    rows: test.rows.length,
  };
}

const errorsOf = (predictions: readonly Prediction[], targets: readonly number[]): readonly number[] =>
  predictions.map(({ output }, row) => targets[row]! - (output as number));

/** Asks once for each user with test rows, and leaves out what the user is known for from training. */
async function rankedQueries(
  model: LoadedModel,
  params: CustomConfig['params'],
  train: Examples,
  test: Examples,
  depth: number,
): Promise<readonly RankingMetrics[]> {
  const seen = itemsByUser(train);
  const queries: RankingMetrics[] = [];
  for (const [user, relevant] of itemsByUser(test)) {
    const known = seen.get(user) ?? new Set();
    const k = depth + known.size;
    const ranked = await model.topK({ user, state: undefined, k, candidates: undefined }, params, timeoutMs);
    const unseen = ranked.map(({ item }) => item).filter((item) => !known.has(item));
    const measured = rankingMetrics(unseen.slice(0, depth), relevant, depth);
    if (measured) queries.push(measured);
  }
  return queries;
}

function itemsByUser({ rows }: Examples): ReadonlyMap<string, ReadonlySet<string>> {
  const byUser = new Map<string, Set<string>>();
  for (const [user, item] of rows as readonly (readonly [string, string])[]) {
    const items = byUser.get(user) ?? new Set();
    byUser.set(user, items.add(item));
  }
  return byUser;
}

/** Metrics over the union of folds, as of the built-in learners; of its own score the mean over the test rows. */
export function customMetrics(outcomes: readonly CustomOutcome[]): Metrics {
  const classified = outcomes.flatMap(({ classified }) => (classified ? [classified] : []));
  const scored = outcomes.filter(({ score, rows }) => score !== undefined && rows > 0);
  const rows = scored.reduce((sum, outcome) => sum + outcome.rows, 0);
  return {
    ...(classified.length > 0
      ? rowMetrics(classified)
      : interactionMetrics(outcomes.map((outcome) => ({ ...outcome, kind: 'interactions' })))),
    ...(rows > 0 && { score: scored.reduce((sum, outcome) => sum + outcome.score! * outcome.rows, 0) / rows }),
  };
}
