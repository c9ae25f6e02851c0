import { setTimeout as delay } from 'node:timers/promises';
import type { Minibatch, Part } from '../data/part';
import { type Learned, nothing } from '../online/learned';
import { addChanges, addStep } from '../online/learned-sums';
import type { Learner } from '../online/learner';
import type { Servers } from '../store/servers/servers';
import { StoreError, StoreExitCode } from '../store/store-error';
import { scalesOf, ValkeyStore } from '../store/valkey/valkey-store';
import { startHeartbeat } from './heartbeat';
import { syncInterval } from './interval';
import { join, leave, waitForTurn } from './state/clock';
import { type JobPlan, newWorker, type Outcome, publishOutcome, readOutcome, readPlan } from './state/job-plan';
import type { JobState } from './state/job-state';
import { type Fate, isOwner, readPace, record, type Task, take } from './state/work-queue';

/** What a worker works with. */
export interface WorkerTools {
  readonly state: JobState;
  readonly servers: Servers;
  /** Reads a part from an offset on, minibatch by minibatch. */
  readPart(plan: JobPlan, part: Part, task: Task): AsyncIterable<Minibatch>;
  createLearner(plan: JobPlan): Learner;
  /** Aborts when the worker has to end in order: it ends its minibatch and gives its part back. */
  readonly signal: AbortSignal;
}

/** Between two looks for work when there is none, in milliseconds, and how long a plan is waited for. */
const pause = 50;
const planPatience = 120_000;

/**
 * Works on a job until it has an outcome, or until the signal aborts.
 * @returns the outcome; undefined if the signal aborted
 * @throws {StoreError} if the servers or the scheduler stay away
 */
export async function runWorker(tools: WorkerTools): Promise<Outcome | undefined> {
  const plan = await awaitPlan(tools);
  while (!tools.signal.aborted) {
    const number = await newWorker(tools.state);
    const heartbeat = startHeartbeat(tools.state, number);
    try {
      return await Promise.race([new Worker(tools, plan, number, heartbeat.hold).work(), heartbeat.failure]);
    } catch (error) {
      if (!(error instanceof LostPart)) throw error;
      // What it learned and did not sync is somebody else's now; it begins again as a new one.
    } finally {
      heartbeat.stop();
    }
  }
  return undefined;
}

async function awaitPlan({ state, signal }: WorkerTools): Promise<JobPlan> {
  for (const deadline = Date.now() + planPatience; Date.now() < deadline && !signal.aborted; await delay(pause)) {
    const plan = await readPlan(state);
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
  private readonly store: ValkeyStore;
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
    const { conf, shards } = plan;
    this.store = new ValkeyStore({
      servers: tools.servers,
      job: tools.state.job,
      shards,
      worker: number,
      scales: scalesOf(conf),
      clock: (worker, tick) => waitForTurn(tools.state, worker, tick, conf.maxDelay),
    });
    this.learner = tools.createLearner(plan);
  }

  /** Takes parts until the job has an outcome or the signal aborts. */
  async work(): Promise<Outcome | undefined> {
    const { state, signal } = this.tools;
    while (!signal.aborted) {
      const outcome = await readOutcome(state);
      if (outcome) return outcome;
      const task = await take(state, this.number);
      if (!task) await this.rest();
      else if ('deadly' in task) await publishOutcome(state, this.deadly(task.part));
      else await this.train(task);
    }
    await this.stepOut();
    return undefined;
  }

  private async train(task: Task): Promise<void> {
    const { state, signal, readPart } = this.tools;
    this.hold(task);
    this.tick ??= await join(state, this.number);
    await this.store.clock(this.number, this.tick);
    await this.pace();
    const part = this.plan.parts[task.part]!;
    let offset = task.offset ?? part.start;
    for await (const minibatch of readPart(this.plan, part, task)) {
      const step = this.learner.learn(minibatch, await this.store.pull(minibatch.keys), task.pass);
      await this.store.push(minibatch.keys, step.deltas);
      this.learned = addStep(this.learned, minibatch, step, task.pass);
      offset = minibatch.offset;
      if (signal.aborted) return this.sync(task, offset, 'isFreed');
      if (this.learned.examples + this.plan.conf.minibatch > this.interval) await this.sync(task, offset, 'goesOn');
    }
    await this.sync(task, offset, 'isDone');
  }

  private async sync(task: Task, offset: number, fate: Fate): Promise<void> {
    const { state } = this.tools;
    if (!(await isOwner(state, this.number, task))) throw new LostPart();
    const { before, after } = await this.store.sync();
    const learned = addChanges(this.learned, this.learner.weights(before), this.learner.weights(after));
    const pace = await record(state, this.number, task, {
      number: ++this.syncs,
      offset,
      progress: JSON.stringify(learned),
      examples: learned.examples,
      fate,
    });
    if (!pace) throw new LostPart();
    this.learned = nothing;
    this.tick!++;
    if (fate !== 'goesOn') return this.hold(undefined);
    await this.store.clock(this.number, this.tick!);
    await this.pace();
  }

  private async pace(): Promise<void> {
    const { examples, halvings } = await readPace(this.tools.state);
    const { workers, syncExamples, conf } = this.plan;
    const limits = { workers, syncExamples, maxDelay: conf.maxDelay, minibatch: conf.minibatch };
    this.interval = syncInterval(limits, examples, halvings);
  }

  private async rest(): Promise<void> {
    await this.stepOut();
    await delay(pause);
  }

  private async stepOut(): Promise<void> {
    if (this.tick !== undefined) await leave(this.tools.state, this.number);
    this.tick = undefined;
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
