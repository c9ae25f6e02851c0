import type { LearnerConfig } from '../../config/models/learner';
import type { CustomConfig } from '../../config/schema';
import { readModelCode } from '../../custom-models/model-code';
import { ModelProcess } from '../../custom-models/model-process';
import type { ClassifierConfig } from '../classifier/fit-classifier';
import { readAllExamples } from '../custom/examples';
import { type DataPlaces, readDataset } from '../read-dataset';
import { readEachInteraction } from '../recommender/read-interactions';
import type { CustomProblem } from './custom-fold';
import type { InteractionProblem } from './interaction-fold';
import { type LineProblem, openLineProblem } from './line-fold';
import type { RowProblem } from './row-fold';

/** A built-in learner and the data on which it is to be cross-validated, fit to be sent to a thread. */
export type ThreadProblem = RowProblem | InteractionProblem | LineProblem;

/** A model and the data on which it is to be cross-validated. */
export type Problem = ThreadProblem | CustomProblem;

/** A problem, and what it keeps on the disk. */
export interface OpenProblem {
  readonly problem: Problem;
  /** As users know the source. */
  readonly source: string;
  /** Rows of the source. */
  readonly rows: number;
  /** Removes what was made for it. */
  close(): Promise<void>;
}

export interface ProblemRequest extends DataPlaces {
  /** Name of the model. */
  readonly name: string;
  readonly config: LearnerConfig;
  /** Row i is a test row in fold i mod `folds`. */
  readonly folds: number;
  /** How many recommendations are scored; undefined if none are. */
  readonly rankingDepth?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the data of a model once, for all trainings on it; the caller closes it.
 * @throws {DataError} if the data is absent or not fit for training
 */
export async function openProblem(request: ProblemRequest): Promise<OpenProblem> {
  const { config } = request;
  switch (config.algorithm) {
    case 'softmax':
    case 'naive':
      return openRows(request, config);
    case 'als':
      return openInteractions(request, config);
    case 'sparse-linear':
      return openLineProblem(request, config);
    default:
      return openCustom(request, config);
  }
}

const nothingToRemove = async (): Promise<void> => {};

async function openRows(
  { name, folds, signal, ...places }: ProblemRequest,
  config: ClassifierConfig,
): Promise<OpenProblem> {
  const dataset = await readDataset(name, config, places, signal);
  const { source, rows } = dataset;
  return { problem: { kind: 'rows', config, folds, dataset }, source, rows: rows.length, close: nothingToRemove };
}

async function openInteractions(
  { name, folds, rankingDepth, signal, ...places }: ProblemRequest,
  config: InteractionProblem['config'],
): Promise<OpenProblem> {
  const [users, items, values]: [string[], string[], number[]] = [[], [], []];
  // Each row brings a text of its own; rows of one user share the first.
  const texts = new Map<string, string>();
  const shared = (text: string): string => {
    const first = texts.get(text);
    if (first === undefined) texts.set(text, text);
    return first ?? text;
  };
  const { source } = await readEachInteraction(
    name,
    config,
    places,
    (user, item, value) => {
      users.push(shared(user));
      items.push(shared(item));
      values.push(value);
    },
    signal,
  );
  const problem: InteractionProblem = {
    kind: 'interactions',
    config,
    folds,
    source,
    interactions: { users, items, values: Float64Array.from(values) },
    rankingDepth,
  };
  return { problem, source, rows: users.length, close: nothingToRemove };
}

/** Asks the code first of what kind it is, as that decides what its data must be like. */
async function openCustom(
  { name, folds, rankingDepth, signal, ...places }: ProblemRequest,
  config: CustomConfig,
): Promise<OpenProblem> {
  const code = await readModelCode(config.algorithm, places.directory);
  const features = config.mapping.map((feature) => feature.name);
  const process = await ModelProcess.start({ code, features, mode: config.mode });
  const { abilities } = process;
  process.kill('it has said what it is');
  const { source, examples } = await readAllExamples(name, config, abilities.kind, places, signal);
  const problem: CustomProblem = { kind: 'custom', config, code, abilities, folds, source, examples, rankingDepth };
  return { problem, source, rows: examples.rows.length, close: nothingToRemove };
}
