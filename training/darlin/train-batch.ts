import { setImmediate } from 'node:timers/promises';
import { Darlin, type DarlinOptions, type DarlinState, initialState } from '../../learning/darlin/darlin';
import { layOut } from '../../learning/darlin/layout';
import type { Keys } from '../../learning/sparse/keys';
import type { BatchConf } from '../conf/conf';
import { DataError } from '../data-error';
import type { KeyedWeights } from '../keyed-weights';
import { scientific } from '../output/scientific';
import { StoreError, StoreExitCode } from '../store/store-error';
import type { BatchProgress } from './pass-table';
import { type Start, startingWeights } from './starting-weights';
import type { Team } from './team';

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
  /** Finds the workers and lets them load the rows. */
  assemble(): Promise<Team>;
  readonly start: Start;
  /** Where to go on, for a training that was stopped; it has to be of the same keys. */
  readonly resume?: { readonly keys: Keys; readonly state: DarlinState };
  readonly seed: number;
  readonly progress: BatchProgress;
  /** Is told what of the configuration has no effect on this data. */
  warn(message: string): void;
  /** Is called after each pass; the next one begins when it is done. */
  onPass?(trained: TrainedBatch): Promise<void>;
  /**
   * Is called where the signal, or what workers in other processes work together by, ends the training in a pass. It may
   * go on from there: weights are better than before at any time, as f never rises.
   */
  onBreak?(trained: TrainedBatch): Promise<void>;
  /** Ends the training between two passes. */
  readonly signal?: AbortSignal;
}

/**
 * Trains by DARLIN.
 * @throws {DataError} if there is nothing to train on
 */
export async function trainBatch(options: BatchOptions): Promise<TrainedBatch> {
  const { conf, progress, signal } = options;
  progress.message('Train l_1 logistic regression by block coordinate descent');
  const { solver, team, keys, examples } = await prepare(options);
  const target = targetGap(conf);
  const trained = () => ({ examples, model: { keys, weights: solver.state.weights }, state: solver.state });
  progress.begin();
  while (solver.state.gap > target && solver.state.passes < conf.maxPasses) {
    signal?.throwIfAborted();
    const watch = stopwatch();
    team.takeBusy();
    const report = await solver.pass().catch(async (error: unknown) => {
      if (signal?.aborted || isOutOfReach(error)) await options.onBreak?.(trained());
      throw error;
    });
    progress.pass(report, { ...team.takeBusy(), total: watch() });
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

const isOutOfReach = (error: unknown): boolean =>
  error instanceof StoreError && error.exitCode === StoreExitCode.noAccess;

async function prepare({ conf, assemble, start, resume, seed, progress, warn }: BatchOptions) {
  const { message } = progress;
  const loading = stopwatch();
  const team = await assemble();
  const summary = await team.summarise();
  const { examples } = summary;
  if (examples === 0) throw new DataError(`no examples in ${conf.trainingData.files.join(', ')}`);
  if (team.cached) message('Hit local caches for the training data');
  message(`Loaded ${examples} examples in ${seconds(loading())} sec`);

  const preparing = stopwatch();
  const layout = layOut(summary, { tailFrequency: conf.tail.frequency, blockRatio: conf.featureBlockRatio });
  await team.arrange(layout.keys);
  message(`Preprocessing is finished in ${seconds(preparing())} sec`);
  if (conf.tail.frequency > 0) message(`Features with frequency <= ${conf.tail.frequency} are filtered`);
  message(`Features are partitioned into ${layout.blocks.length} blocks`);
  const groups = new Set(layout.blocks.map(({ group }) => group));
  const prior = conf.priorGroups.filter((group) => groups.has(group));
  if (prior.length > 0) message(`Prior feature groups: ${prior.join(', ')}`);
  const absent = conf.priorGroups.filter((group) => !groups.has(group));
  if (absent.length > 0) warn(`prior_fea_group: no feature that is trained is of group ${absent.join(', ')}`);
  message(`Maximal allowed delay: ${conf.maxBlockDelay}`);

  if (resume && !sameKeys(resume.keys, layout.keys)) {
    throw new DataError('the training data is not that of the checkpoint; train without --resume');
  }
  const state = resume?.state ?? initialState(layout, startingWeights(layout.keys, start, seed), conf.deltaInitial);
  const solver = new Darlin(team, layout, darlinOptions(conf, seed), state);
  return { solver, team, keys: layout.keys, examples };
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
