import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ParameterSet, withParameters } from '../../config/models/parameters';
import type { SparseLinearConfig } from '../../config/schema';
import type { ScoredRows } from '../../learning/linear/scores';
import type { BatchConf, OnlineConf } from '../conf/conf';
import { readTrainingConf, withHyperparameters } from '../sparse-linear/model-conf';
import { type Metrics, marginMetrics, scoredRows } from '../sparse-linear/score-sparse-linear';
import { learnSparseLinear } from '../sparse-linear/train-sparse-linear';
import type { OpenProblem, ProblemRequest } from './problem';
import { type FoldFiles, NoRoomError, writeFoldFiles } from './write-fold-files';

/** A linear model of the lines of files. */
export interface LineProblem {
  readonly kind: 'lines';
  readonly config: SparseLinearConfig;
  readonly conf: OnlineConf | BatchConf;
  readonly folds: number;
  /** The files of each fold. */
  readonly files: readonly FoldFiles[];
}

/** What a linear model says of the test lines of a fold. */
export interface LineOutcome {
  readonly kind: 'lines';
  readonly loss: LineProblem['conf']['loss'];
  readonly rows: ScoredRows;
}

/**
 * Reads the lines of the training data, and writes those of each fold into files of their own.
 * @throws {DataError | ConfError} if configuration or data are absent or not fit for training
 */
export async function openLineProblem(
  { folds, directory, onNotice = () => {}, signal }: ProblemRequest,
  config: SparseLinearConfig,
): Promise<OpenProblem> {
  const conf = await readTrainingConf(config, directory, onNotice);
  const folder = await mkdtemp(join(tmpdir(), 'modelapp-folds-')).catch((error: Error) => {
    throw new NoRoomError(tmpdir(), error);
  });
  const close = () => rm(folder, { recursive: true });
  try {
    const { files, lines } = await writeFoldFiles(conf.trainingData, folds, folder, signal);
    return { problem: { kind: 'lines', config, conf, folds, files }, source: config.conf, rows: lines, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Trains on the lines outside of a fold, and scores those in it.
 * @throws {DataError} if the lines are not fit for training
 */
export async function runLineFold(
  { config, conf, files }: LineProblem,
  set: ParameterSet,
  fold: number,
  signal?: AbortSignal,
): Promise<LineOutcome> {
  const { train, test } = files[fold]!;
  const changed = withParameters(config, set);
  const { trainingData, loss } = conf;
  const ofFold = {
    ...withHyperparameters(conf, changed.hyperparameters),
    trainingData: { ...trainingData, files: train, maxFilesPerWorker: undefined, maxLinesPerFile: undefined },
  };
  const { model } = await learnSparseLinear(changed, ofFold, { say: () => {}, signal });
  return { kind: 'lines', loss, rows: await scoredRows(model, { ...ofFold.trainingData, files: test }, loss) };
}

/** Metrics over the union of folds: auc, accuracy and logloss, of the squared loss rmse and mae. */
export function lineMetrics(outcomes: readonly LineOutcome[]): Metrics {
  const rows = outcomes.map((outcome) => outcome.rows);
  const joined = (of: (rows: ScoredRows) => Iterable<number>): Float64Array =>
    Float64Array.from(rows.flatMap((some) => [...of(some)]));
  return marginMetrics(
    {
      margins: joined(({ margins }) => margins),
      labels: joined(({ labels }) => labels),
      importances: joined(({ importances, labels }) => importances ?? new Float64Array(labels.length).fill(1)),
    },
    outcomes[0]!.loss,
  );
}
