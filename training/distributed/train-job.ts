import { createHash } from 'node:crypto';
import { type OnlineLearner, onlineLearner, startingSums } from '../../learning/linear/online-learner';
import type { Checkpoints } from '../checkpoint/checkpoints';
import type { SumsPortion } from '../checkpoint/sums-file';
import type { OnlineConf } from '../conf/conf';
import { BadLineCount, type BadLineLimit, describeBadLine } from '../data/bad-lines';
import type { Part } from '../data/part';
import { findParts, orderParts } from '../data/parts';
import { inOrder, type KeyedWeights } from '../keyed-weights';
import type { Learned } from '../online/learned';
import type { ProgressRow } from '../online/progress-row';
import type { OnlinePosition } from '../online/train-online';
import { flightWarning } from './interval';
import { type JobHome, type LearnedJob, leadJob } from './lead-job';
import type { SavedJob } from './state/job-state';

/** A job of online training that several workers work on. */
export interface JobTraining {
  readonly conf: OnlineConf;
  readonly workers: number;
  readonly seed: number;
  /** Examples between two syncs of a worker at most; undefined for the bound over all workers. */
  readonly syncExamples: number | undefined;
  readonly badLines: BadLineLimit | undefined;
  /** Reads the weights to begin with, if there are any. */
  startWeights(): Promise<KeyedWeights | undefined>;
  readonly checkpoints: Checkpoints<SavedJob>;
  /** In seconds. */
  readonly checkpointEvery: number;
  readonly resume: boolean;
  row(row: ProgressRow): void;
  /** Is told how far the job is, several times a second. */
  position?(position: OnlinePosition): void;
  warn(text: string): void;
  /** Is called once workers may come. */
  begun?(): void;
  readonly signal: AbortSignal;
}

/** What a job has brought. */
export interface TrainedJob {
  readonly learned: Learned;
  /** The weights that are not 0, by ascending key. */
  readonly model: KeyedWeights;
}

/**
 * Leads a job of online training to its model, wherever it is.
 * @param deliver brings the model to where it belongs; before that is done no checkpoint goes
 * @throws {StoreError | DataError | JobFailure} if it fails
 * @throws the signal's reason, after a checkpoint, if it aborts
 */
export async function trainJob<T>(
  home: JobHome,
  training: JobTraining,
  deliver: (trained: TrainedJob) => Promise<T>,
): Promise<T> {
  const { conf, workers, seed, syncExamples, startWeights, warn, checkpointEvery } = training;
  const data = conf.trainingData;
  const parts = await findParts(data, workers);
  const warning = flightWarning({ workers, minibatch: conf.minibatch, maxDelay: conf.maxDelay, syncExamples });
  if (warning) warn(warning);
  const learner = onlineLearner(conf.algorithm, conf.learningRate, conf.penalty);
  return leadJob(
    home,
    {
      ...training,
      plan: { conf, fingerprint: fingerprintOf(conf, seed), parts, workers, seed, syncExamples },
      checkpointEvery: 1000 * checkpointEvery,
      start: () => startingPortions(learner, startWeights),
      order: (planned, pass) => orderOf(planned, training, pass),
      report: { row: training.row, position: training.position, warning: warn, lines: lineReport(training) },
    },
    async (job) => deliver({ learned: job.learned, model: await modelOf(learner, job) }),
  );
}

/** What must not change when a job is resumed: everything but how long it goes on and what it shows. */
function fingerprintOf({ passes, reportInterval, ...conf }: OnlineConf, seed: number): string {
  return createHash('sha256').update(JSON.stringify({ conf, seed })).digest('hex');
}

/** Positions of parts in the plan, in the order in which a pass reads them. */
function orderOf(parts: readonly Part[], { conf, seed }: JobTraining, pass: number): readonly number[] {
  const positions = new Map(parts.map((part, position) => [part, position]));
  return orderParts(parts, conf.trainingData, { seed, pass }).map((part) => positions.get(part)!);
}

function lineReport({ badLines, warn }: JobTraining): (learned: Learned, isFinal: boolean) => void {
  return ({ lines, badLines: count, firstBad }, isFinal) => {
    const counted = new BadLineCount(badLines);
    counted.add({ lines, bad: { count, first: firstBad } });
    if (!isFinal) return;
    counted.finish();
    for (const line of firstBad) warn(describeBadLine(line));
  };
}

async function* startingPortions(
  learner: OnlineLearner,
  startWeights: JobTraining['startWeights'],
): AsyncIterable<SumsPortion> {
  const start = await startWeights();
  if (!start) return;
  yield { keys: start.keys, sums: startingSums(learner, start.weights) };
}

async function modelOf(learner: OnlineLearner, job: LearnedJob): Promise<KeyedWeights> {
  const portions: KeyedWeights[] = [];
  for await (const { keys, sums } of job.sums()) {
    const weights = new Float64Array(sums.z.length);
    learner.weights(sums, weights);
    portions.push(inOrder({ keys, weights }));
  }
  const count = portions.reduce((sum, { weights }) => sum + weights.length, 0);
  const whole = { keys: new Uint32Array(2 * count), weights: new Float64Array(count) };
  let at = 0;
  for (const { keys, weights } of portions) {
    whole.keys.set(keys, 2 * at);
    whole.weights.set(weights, at);
    at += weights.length;
  }
  return inOrder(whole);
}
