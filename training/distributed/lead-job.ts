import type { Checkpoints } from '../checkpoint/checkpoints';
import { nothingToResume, requireSameConf, requireSameWay } from '../checkpoint/resume';
import type { SumsPortion } from '../checkpoint/sums-file';
import type { Learned } from '../online/learned';
import type { StoredSums } from '../store/parameter-store';
import { StoreError, StoreExitCode } from '../store/store-error';
import { runScheduler, type SchedulerTools } from './scheduler';
import type { JobPlan } from './state/job-plan';
import { type JobState, lease, type SavedJob } from './state/job-state';

/** Where a job is while it runs: its state and its sums. */
export interface JobHome {
  readonly state: JobState;
  /** How many shards a new job spreads its keys over. */
  readonly shards: number;
  /** Makes place for a new job, whatever there was of one of its name. */
  prepare(): Promise<void>;
  /** Whether it still has all that was there of a job. */
  isWhole(plan: JobPlan): Promise<boolean>;
  /** The sums of all keys. */
  sums(plan: JobPlan): StoredSums;
  /** Frees what a job takes that is done. */
  clear(plan: JobPlan): Promise<void>;
}

export interface JobOptions extends Pick<SchedulerTools, 'report' | 'order' | 'checkpointEvery' | 'signal'> {
  readonly plan: Omit<JobPlan, 'shards'>;
  readonly checkpoints: Checkpoints<SavedJob>;
  /** Goes on where the job was, if it can be found. */
  readonly resume: boolean;
  /** The sums to begin with; none for a model that knows nothing. */
  start(): AsyncIterable<SumsPortion>;
  /** Is called once workers may come. */
  begun?(): void;
}

/** What a job has learned, while its home still has it. */
export interface LearnedJob {
  readonly learned: Learned;
  sums(): AsyncIterable<SumsPortion>;
}

/**
 * Leads a job, beginning it or going on with it.
 * @param finish does what there is to do with what was learned, before the job's home forgets it
 * @throws {StoreError | JobFailure} if it cannot begin or fails; the signal's reason, after a checkpoint, if it aborts
 */
export async function leadJob<T>(
  home: JobHome,
  options: JobOptions,
  finish: (job: LearnedJob) => Promise<T>,
): Promise<T> {
  const { checkpoints, report, order, checkpointEvery, signal } = options;
  const { state } = home;
  const plan = await begin(home, options);
  options.begun?.();
  const store = home.sums(plan);
  const checkpoint = async (): Promise<void> =>
    checkpoints.write({ plan, ...(await state.save()) }, store.export(), state.learners());
  const requireWhole = async (): Promise<void> => {
    if (!(await home.isWhole(plan))) throw forgotten(state.job);
  };
  try {
    const tools = { state, plan, report, order, checkpoint, checkpointEvery, requireWhole, signal };
    const learned = await runScheduler(tools);
    const result = await finish({ learned, sums: () => store.export() });
    await home.clear(plan);
    await checkpoints.remove();
    return result;
  } catch (error) {
    await endForWorkers(state, error, signal);
    throw error;
  }
}

/** Ends a job that failed for its workers, too. After a signal or lost servers it may be resumed, and they stay. */
export async function endForWorkers(
  state: Pick<JobState, 'publishOutcome'>,
  error: unknown,
  signal: AbortSignal,
): Promise<void> {
  const { message = String(error), exitCode = StoreExitCode.failed } = error as Partial<StoreError>;
  if (signal.aborted || exitCode === StoreExitCode.noAccess) return;
  await state.publishOutcome({ status: 'failed', message, exitCode });
}

/** @throws {StoreError} if somebody leads a job */
export async function requireNoScheduler(state: Pick<JobState, 'job' | 'schedulerSilence'>): Promise<void> {
  if ((await state.schedulerSilence()) >= lease) return;
  throw new StoreError(`job ${state.job} runs on these servers already; wait for it, or stop it`, StoreExitCode.usage);
}

/** Plans the job anew, or finds out how it was planned and where it is. */
async function begin(home: JobHome, options: JobOptions): Promise<JobPlan> {
  const { resume, report, checkpoints } = options;
  const { state } = home;
  const running = await state.readPlan();
  const isOpen = running !== undefined && (await state.readOutcome()) === undefined;
  if (resume && isOpen && (await home.isWhole(running))) {
    requireSameConf(running.fingerprint, options.plan.fingerprint);
    return publish(state, { ...running, conf: options.plan.conf });
  }
  if (isOpen) await requireNoScheduler(state);
  const saved = resume ? await checkpoints.newest() : undefined;
  if (saved) {
    requireSameWay('plan' in saved.state, 'one worker');
    requireSameConf(saved.state.plan.fingerprint, options.plan.fingerprint);
  } else if (resume) report.warning(nothingToResume);
  const plan: JobPlan = { ...options.plan, ...(saved && { parts: saved.state.plan.parts }), shards: home.shards };
  await home.prepare();
  const store = home.sums(plan);
  for await (const { keys, sums } of saved ? saved.sums() : options.start()) await store.restore(keys, sums);
  if (saved) await state.restore(saved.state, saved.workers());
  return publish(state, plan);
}

const forgotten = (job: string): StoreError =>
  new StoreError(
    `a parameter server has lost what it knew of job ${job}; try again with --resume`,
    StoreExitCode.noAccess,
  );

async function publish(state: JobState, plan: JobPlan): Promise<JobPlan> {
  await state.publishPlan(plan);
  return plan;
}
