import { setImmediate } from 'node:timers/promises';
import { Darlin, type DarlinOptions, type DarlinState, initialState } from '../../learning/darlin/darlin';
import { layOut } from '../../learning/darlin/layout';
import { RowsWorker } from '../../learning/darlin/rows-worker';
import { splitRows } from '../../learning/sparse/gathered-rows';
import type { Keys } from '../../learning/sparse/keys';
import type { SparseRows } from '../../learning/sparse/rows';
import type { BatchConf } from '../conf/conf';
import { DataError } from '../data-error';
import type { KeyedWeights } from '../keyed-weights';
import { scientific } from '../output/scientific';
import { BusyWorkers } from './busy-workers';
import type { BatchProgress } from './pass-table';
import { type Start, startingWeights } from './starting-weights';

/** The gap that is good enough for everyone; a configuration may ask for less. */
const largestTargetGap = 1e-5;

/** What has been trained. */
export interface TrainedBatch {
  /** Rows that each pass goes over. */
  readonly examples: number;
  /** Of all keys that are trained, also those whose weight is 0. */
  readonly model: KeyedWeights;
  /** How far the model is proven to be from the best one, and what the next pass would begin with. */
  readonly state: DarlinState;
}

export interface BatchOptions {
  readonly conf: BatchConf;
  /** All rows, and whether they come from the cache. */
  load(): Promise<{ readonly rows: SparseRows; readonly cached: boolean }>;
  readonly start: Start;
  /** Where to go on, for a training that was stopped; it has to be of the same keys. */
  readonly resume?: { readonly keys: Keys; readonly state: DarlinState };
  readonly workers: number;
  readonly seed: number;
  readonly progress: BatchProgress;
  /** Is called after each pass; the next one begins when it is done. */
  onPass?(trained: TrainedBatch): Promise<void>;
  /** Ends the training between two passes. */
  readonly signal?: AbortSignal;
}

/**
 * Trains by DARLIN, with workers in this process.
 * @throws {DataError} if there is nothing to train on
 */
export async function trainBatch(options: BatchOptions): Promise<TrainedBatch> {
  const { conf, progress, signal } = options;
  progress.message('Train l_1 logistic regression by block coordinate descent');
  const { solver, workers, keys, examples } = await prepare(options);
  const target = targetGap(conf);
  const trained = () => ({ examples, model: { keys, weights: solver.state.weights }, state: solver.state });
  progress.begin();
  while (solver.state.gap > target && solver.state.passes < conf.maxPasses) {
    signal?.throwIfAborted();
    const watch = stopwatch();
    workers.takeBusy();
    const report = await solver.pass();
    progress.pass(report, { ...workers.takeBusy(), total: watch() });
    // Workers in this process leave the event loop no turn in which a signal is heard.
    await setImmediate();
    await options.onPass?.(trained());
  }
  const { gap } = solver.state;
  progress.message(
    gap <= target
      ? `Stopped: relative gap <= ${scientific(target, 1)}`
      : `Reached maximal ${conf.maxPasses} data passes, relative gap ${scientific(gap, 1)}`,
  );
  return trained();
}

async function prepare({ conf, load, start, resume, workers: count, seed, progress }: BatchOptions) {
  const { message } = progress;
  const loading = stopwatch();
  const { rows, cached } = await load();
  const examples = rows.labels.length;
  if (examples === 0) throw new DataError(`no examples in ${conf.trainingData.files.join(', ')}`);
  if (cached) message('Hit local caches for the training data');
  message(`Loaded ${examples} examples in ${seconds(loading())} sec`);

  const preparing = stopwatch();
  const workers = new BusyWorkers(splitRows(rows, Math.min(count, examples)).map((run) => new RowsWorker(run)));
  const layout = layOut(await workers.summarise(), {
    tailFrequency: conf.tail.frequency,
    blockRatio: conf.featureBlockRatio,
  });
  await workers.arrange(layout.keys);
  message(`Preprocessing is finished in ${seconds(preparing())} sec`);
  if (conf.tail.frequency > 0) message(`Features with frequency <= ${conf.tail.frequency} are filtered`);
  message(`Features are partitioned into ${layout.blocks.length} blocks`);
  const groups = new Set(layout.blocks.map(({ group }) => group));
  const prior = conf.priorGroups.filter((group) => groups.has(group));
  if (prior.length > 0) message(`Prior feature groups: ${prior.join(', ')}`);
  message(`Maximal allowed delay: ${conf.maxBlockDelay}`);

  if (resume && !sameKeys(resume.keys, layout.keys)) {
    throw new DataError('the training data is not that of the checkpoint; train without --resume');
  }
  const state = resume?.state ?? initialState(layout, startingWeights(layout.keys, start, seed), conf.deltaInitial);
  const solver = new Darlin(workers, layout, darlinOptions(conf, seed), state);
  return { solver, workers, keys: layout.keys, examples };
}

const targetGap = ({ epsilon }: BatchConf): number => Math.min(epsilon, largestTargetGap);

const darlinOptions = (conf: BatchConf, seed: number): DarlinOptions => ({
  lambda: conf.penalty.l1,
  alpha: conf.learningRate.alpha,
  targetGap: targetGap(conf),
  randomBlockOrder: conf.randomBlockOrder,
  maxBlockDelay: conf.maxBlockDelay,
  priorGroups: conf.priorGroups,
  priorGroupRounds: conf.priorGroupRounds,
  deltaInitial: conf.deltaInitial,
  deltaMax: conf.deltaMax,
  kktThresholdRatio: conf.kktThresholdRatio,
  seed,
});

const sameKeys = (a: Keys, b: Keys): boolean => a.length === b.length && a.every((word, i) => word === b[i]);

/** Seconds since the call. */
function stopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
}

const seconds = (value: number): string => String(Number(value.toPrecision(3)));
