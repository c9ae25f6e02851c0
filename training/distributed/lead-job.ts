import type { Checkpoints } from '../checkpoint/checkpoints';
import { nothingToResume, requireSameConf } from '../checkpoint/resume';
import type { SumsPortion } from '../checkpoint/sums-file';
import type { Learned } from '../online/learned';
import { formCluster } from '../store/servers/form-cluster';
import { Servers, type StoreAddress } from '../store/servers/servers';
import { StoreError, StoreExitCode } from '../store/store-error';
import { makeBlocks, removeBlocks } from '../store/valkey/job-blocks';
import { scalesOf, ValkeyStore } from '../store/valkey/valkey-store';
import { watchPrimaries } from './failover';
import { restoreJob, type SavedJob, savedJob } from './saved-job';
import { runScheduler, type SchedulerTools } from './scheduler';
import { lease } from './state/clock';
import { type JobPlan, publishOutcome, publishPlan, readOutcome, readPlan } from './state/job-plan';
import { JobState } from './state/job-state';
import { openQueue, schedulerSilence } from './state/work-queue';

/** How long the state of a job that is done stays, in seconds. */
const afterglow = 600;

export interface JobOptions extends Pick<SchedulerTools, 'report' | 'order' | 'checkpointEvery' | 'signal'> {
  /** Names the job on its servers. */
  readonly job: string;
  readonly address: StoreAddress;
  /** Replicas of each primary. */
  readonly replicas: number;
  readonly plan: Omit<JobPlan, 'shards'>;
  readonly checkpoints: Checkpoints<SavedJob>;
  /** Goes on where the job was, if it can be found. */
  readonly resume: boolean;
  /** The sums to begin with; none for a model that knows nothing. */
  start(): AsyncIterable<SumsPortion>;
  /** Is called once workers may come. */
  begun?(): void;
}

/** What a job has learned, while its servers still have it. */
export interface LearnedJob {
  readonly learned: Learned;
  sums(): AsyncIterable<SumsPortion>;
}

/**
 * Leads a job on servers that run, beginning it or going on with it.
 * @param finish does what there is to do with what was learned, before the servers forget it
 * @throws {StoreError | JobFailure} if it cannot begin or fails; the signal's reason, after a checkpoint, if it aborts
 */
export async function leadJob<T>(options: JobOptions, finish: (job: LearnedJob) => Promise<T>): Promise<T> {
  const { address, replicas, report } = options;
  if (address.servers.length > 1) await formCluster(address, replicas);
  const servers = await Servers.connect(address);
  const watch = watchPrimaries(servers, address.password, report.warning);
  try {
    return await lead(options, servers, finish);
  } finally {
    watch.stop();
    servers.close();
  }
}

async function lead<T>(options: JobOptions, servers: Servers, finish: (job: LearnedJob) => Promise<T>): Promise<T> {
  const { job, checkpoints, report, order, checkpointEvery, signal } = options;
  const state = new JobState(servers, job);
  const plan = await begin(options, servers, state);
  options.begun?.();
  const store = openStore(servers, job, plan);
  const checkpoint = async (): Promise<void> => checkpoints.write(await savedJob(state, plan), store.export());
  try {
    const learned = await runScheduler({ state, plan, report, order, checkpoint, checkpointEvery, signal });
    const result = await finish({ learned, sums: () => store.export() });
    await removeState(servers, state, plan);
    await checkpoints.remove();
    return result;
  } catch (error) {
    // Workers must not go on for a job that failed; after a signal or lost servers it may be resumed.
    const { message, exitCode } = error as Partial<StoreError>;
    const isOver = !signal.aborted && exitCode !== StoreExitCode.noAccess;
    if (isOver)
      await publishOutcome(state, { status: 'failed', message: message!, exitCode: exitCode ?? StoreExitCode.failed });
    throw error;
  }
}

/** Plans the job anew, or finds out how it was planned and where it is. */
async function begin(options: JobOptions, servers: Servers, state: JobState): Promise<JobPlan> {
  const { job, resume, report, checkpoints } = options;
  const running = await readPlan(state);
  const isOpen = running !== undefined && (await readOutcome(state)) === undefined;
  if (resume && isOpen) {
    requireSameConf(running.fingerprint, options.plan.fingerprint);
    return publish(state, { ...running, conf: options.plan.conf });
  }
  if (isOpen && (await schedulerSilence(state)) < lease) {
    throw new StoreError(`job ${job} runs on these servers already; wait for it, or stop it`, StoreExitCode.usage);
  }
  const saved = resume ? await checkpoints.newest() : undefined;
  if (saved) requireSameConf(saved.state.plan.fingerprint, options.plan.fingerprint);
  else if (resume) report.warning(nothingToResume);
  const plan: JobPlan = { ...options.plan, ...(saved && { parts: saved.state.plan.parts }), shards: servers.count };
  await state.do((connection) => connection.unlink(Object.values(state.keys)));
  await makeBlocks(servers, job, plan.shards);
  const store = openStore(servers, job, plan);
  for await (const { keys, sums } of saved ? saved.sums() : options.start()) await store.restore(keys, sums);
  if (saved) await restoreJob(state, saved.state);
  return publish(state, plan);
}

/** Lets the workers begin, who look for work as soon as there is a plan. */
async function publish(state: JobState, plan: JobPlan): Promise<JobPlan> {
  await openQueue(state);
  await publishPlan(state, plan);
  return plan;
}

const openStore = (servers: Servers, job: string, { shards, conf }: JobPlan): ValkeyStore =>
  new ValkeyStore({ servers, job, shards, worker: 0, scales: scalesOf(conf), clock: async () => {} });

/** Frees what the parameters take. The rest goes later: workers that only now look are to find that the job is done. */
async function removeState(servers: Servers, state: JobState, { shards }: JobPlan): Promise<void> {
  await removeBlocks(servers, state.job, shards);
  const { outcome, ...others } = state.keys;
  await state.do(async (connection) => {
    for (const key of Object.values(others)) await connection.expire(key, afterglow);
    // A job without an outcome would be taken for one that goes on.
    await connection.expire(outcome, 2 * afterglow);
  });
}
