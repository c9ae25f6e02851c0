import type { Minibatch, Part } from '../data/part';
import { diverged } from '../online/diverged';
import { type Learned, nothing } from '../online/learned';
import { addChanges, addStep } from '../online/learned-sums';
import type { Learner } from '../online/learner';
import type { WorkerStore } from '../store/parameter-store';
import { StoreError, StoreExitCode } from '../store/store-error';
import { startHeartbeat } from './heartbeat';
import { syncInterval } from './interval';
import { inPortions } from './portions';
import type { JobPlan, Outcome } from './state/job-plan';
import type { Fate, JobPace, WorkerState } from './state/job-state';
import type { Task } from './state/task';

/** What a worker sees of its job. */
export interface WorkerPlace {
  readonly state: WorkerState;
  /**
   * The sums, as the worker of a number sees them.
   * @param save is called before the worker stands still for a checkpoint
   */
  openStore(plan: JobPlan, worker: number, save: () => Promise<void>): WorkerStore;
}

/** What a worker works with. */
export interface WorkerTools extends WorkerPlace {
  /** Reads a part from an offset on, minibatch by minibatch. */
  readPart(plan: JobPlan, part: Part, task: Task): AsyncIterable<Minibatch>;
  createLearner(plan: JobPlan): Learner;
  /** Aborts when the worker has to end in order: it ends its minibatch and gives its part back. */
  readonly signal: AbortSignal;
}

/** How long a plan is waited for, in milliseconds. */
const planPatience = 120_000;

/**
 * Works on a job until it has an outcome, or until the signal aborts.
 * @returns the outcome; undefined if the signal aborted
 * @throws {StoreError} if the servers or the scheduler stay away
 */
export async function runWorker(tools: WorkerTools): Promise<Outcome | undefined> {
  const plan = await awaitPlan(tools.state, tools.signal);
  while (!tools.signal.aborted) {
    const number = await tools.state.newWorker();
    const heartbeat = startHeartbeat(tools.state, number);
    try {
      const worker = new Worker(tools, plan, number, heartbeat.hold);
      const outcome = await Promise.race([worker.work(), heartbeat.failure]);
      if (outcome) return outcome;
    } catch (error) {
      if (!(error instanceof LostPart)) throw error;
      // What it learned and did not sync is somebody else's now; it begins again as a new one.
    } finally {
      heartbeat.stop();
    }
    await tools.state.bequeathLearner(number);
  }
  return undefined;
}

/**
 * The plan of a job that is about to begin.
 * @throws {StoreError} if none comes; the signal's reason if it aborts
 */
export async function awaitPlan<Plan>(
  state: Pick<WorkerState, 'job' | 'awaitWork'> & { readPlan(): Promise<Plan | undefined> },
  signal: AbortSignal,
): Promise<Plan> {
  for (const deadline = Date.now() + planPatience; Date.now() < deadline && !signal.aborted; await state.awaitWork()) {
    const plan = await state.readPlan();
    if (plan) return plan;
  }
  signal.throwIfAborted();
  throw new StoreError(
    `no scheduler has begun job ${state.job} for ${planPatience / 1000} s; start one`,
    StoreExitCode.noAccess,
  );
}

/** The part of this worker was given to another, which took it for dead. */
class LostPart extends Error {}

class Worker {
  private readonly store: WorkerStore;
  private readonly learner: Learner;
  /** How many syncs it is on; undefined while nobody waits for it. */
  private tick: number | undefined;
  private syncs = 0;
  private learned: Learned = nothing;
  private interval = 0;

  constructor(
    private readonly tools: WorkerTools,
    private readonly plan: JobPlan,
    private readonly number: number,
    private readonly hold: (task: Task | undefined) => void,
  ) {
    this.store = tools.openStore(plan, number, () => this.save());
    this.learner = tools.createLearner(plan);
  }

  /** Takes parts until the job has an outcome or the signal aborts. */
  async work(): Promise<Outcome | undefined> {
    const { state, signal } = this.tools;
    const left = await state.inheritLearner(this.number);
    if (left) this.learner.restore(left);
    while (!signal.aborted) {
      const outcome = await state.readOutcome();
      if (outcome) return outcome;
      const task = await state.take(this.number);
      if (!task) await this.rest();
      else if ('deadly' in task) await state.publishOutcome(this.deadly(task.part));
      else await this.train(task);
    }
    await this.stepOut();
    return undefined;
  }

  private async train(task: Task): Promise<void> {
    const { state, signal, readPart } = this.tools;
    this.hold(task);
    this.tick ??= await state.join(this.number);
    await this.store.clock(this.number, this.tick);
    this.keepPace(await state.readPace());
    const part = this.plan.parts[task.part]!;
    let offset = task.offset ?? part.start;
    for await (const { minibatches, isLast } of inPortions(readPart(this.plan, part, task), () => this.interval)) {
      await this.store.fetch(minibatches.map(({ keys }) => keys));
      for (const minibatch of minibatches) {
        await this.learn(minibatch, task);
        offset = minibatch.offset;
        if (signal.aborted) return this.sync(task, offset, 'isFreed');
        if (isLast && minibatch === minibatches.at(-1)) break;
        if (this.learned.examples + this.plan.conf.minibatch > this.interval) await this.sync(task, offset, 'goesOn');
        else if (this.plan.workers > 1) await this.syncFrequent();
      }
    }
    await this.sync(task, offset, 'isDone');
  }

  private async learn(minibatch: Minibatch, { pass }: Task): Promise<void> {
    const step = this.learner.learn(minibatch, await this.store.pull(minibatch.keys), pass);
    await this.store.push(minibatch.keys, step.deltas);
    this.learned = addStep(this.learned, minibatch, step, pass);
  }

  /** Keeps the steps of all workers on the keys that they share from adding up to more than one of them would take. */
  private async syncFrequent(): Promise<void> {
    const { before, after } = await this.store.syncFrequent();
    this.learned = addChanges(this.learned, this.learner.weights(before), this.learner.weights(after));
  }

  private async sync(task: Task, offset: number, fate: Fate): Promise<void> {
    const { state } = this.tools;
    if (!(await state.isOwner(this.number, task))) throw new LostPart();
    if (!Number.isFinite(this.learned.loss)) throw diverged();
    const { before, after } = await this.store.sync();
    const learned = addChanges(this.learned, this.learner.weights(before), this.learner.weights(after));
    const pace = await state.record(this.number, task, { number: ++this.syncs, offset, learned, fate });
    if (!pace) throw new LostPart();
    this.learned = nothing;
    this.tick!++;
    if (fate !== 'goesOn') return this.hold(undefined);
    await this.store.clock(this.number, this.tick!);
    this.keepPace(pace);
  }

  /** Works from now on in intervals that the pace of the job allows. */
  private keepPace({ examples, halvings }: JobPace): void {
    const { workers, syncExamples, conf } = this.plan;
    const limits = { workers, syncExamples, maxDelay: conf.maxDelay, minibatch: conf.minibatch };
    this.interval = syncInterval(limits, examples, halvings);
  }

  private async rest(): Promise<void> {
    await this.stepOut();
    await this.tools.state.awaitWork();
  }

  private async stepOut(): Promise<void> {
    if (this.tick === undefined) return;
    // A checkpoint does not wait for those who stepped out.
    await this.save();
    await this.tools.state.leave(this.number);
    this.tick = undefined;
  }

  private save(): Promise<void> {
    return this.tools.state.saveLearner(this.number, this.learner.save());
  }

  private deadly(part: number): Outcome {
    const { file, start, end } = this.plan.parts[part]!;
    return {
      status: 'failed',
      message: `${file.name}, bytes ${start} to ${end}: three workers died of this part; look at its lines`,
      exitCode: StoreExitCode.failed,
    };
  }
}
