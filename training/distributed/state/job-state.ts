import type { Learned } from '../../online/learned';
import type { SavedLearner } from '../../online/learner';
import type { JobPlan, Outcome } from './job-plan';
import type { DeadlyTask, Task } from './task';

/** Who was not heard of for so long is taken for dead, in milliseconds. */
export const lease = 15_000;

/** What the workers of a job know of it, and tell of themselves. */
export interface WorkerState {
  /** Names the job. */
  readonly job: string;
  /** The plan of the job; undefined as long as no scheduler made one. */
  readPlan(): Promise<JobPlan | undefined>;
  /** How the job ended; undefined if it goes on. */
  readOutcome(): Promise<Outcome | undefined>;
  /** Ends the job for all who take part; the first outcome counts. */
  publishOutcome(outcome: Outcome): Promise<void>;
  /** A number for a new worker. */
  newWorker(): Promise<number>;

  /**
   * Gives a worker that has no part the next one: one that nobody has, or else one whose worker is dead.
   * @returns undefined if there is none now
   */
  take(worker: number): Promise<Task | DeadlyTask | undefined>;
  /** Resolves when it is time to look for work again. */
  awaitWork(): Promise<void>;
  /** Whether a worker still has a part. */
  isOwner(worker: number, task: Task): Promise<boolean>;
  /**
   * Stores how much of a part is done, so that whoever takes it over begins there.
   * @returns undefined if the worker no longer has the part; then nothing is stored
   */
  record(worker: number, task: Task, sync: RecordedSync): Promise<JobPace | undefined>;
  /** How far the job is. */
  readPace(): Promise<JobPace>;

  /** Counts a worker among those that the clock of their stores waits for. @returns the tick it begins with */
  join(worker: number): Promise<number>;
  /** Takes a worker out, which others then do not wait for. */
  leave(worker: number): Promise<void>;

  /** Keeps what a worker knows beside the sums, for checkpoints and for whoever takes its place. */
  saveLearner(worker: number, learner: SavedLearner): Promise<void>;
  /** What a worker that begins goes on with: what was left by one that is gone; undefined if nobody left anything. */
  inheritLearner(worker: number): Promise<SavedLearner | undefined>;
  /** Leaves what a worker knows to whoever comes next. */
  bequeathLearner(worker: number): Promise<void>;

  /**
   * Tells that a worker lives and still has its part.
   * @returns whether it has it
   * @throws {StoreError} if the store is out of reach, also what of it nobody needs now
   */
  renew(worker: number, task: Task): Promise<boolean>;
  /**
   * Tells that a worker without a part lives, or the scheduler.
   * @throws {StoreError} as above
   */
  tellAlive(who: number | 'scheduler'): Promise<void>;
  /** Milliseconds since the scheduler was last heard of. */
  schedulerSilence(): Promise<number>;
}

/** The state of a job, as its scheduler leads it. Whatever is done to it may be done again after a lost connection. */
export interface JobState extends WorkerState {
  /** Lets the workers begin, who look for work as soon as there is a plan. */
  publishPlan(plan: JobPlan): Promise<void>;
  /** Queues parts of a pass for the workers, in this order; nothing if that pass was begun before. */
  enqueue(pass: number, parts: readonly number[]): Promise<void>;
  /** Lets workers sync twice as often from now on. */
  halveInterval(): Promise<void>;
  /** What happened since this was asked last; at first all that ever did. */
  readProgress(): Promise<Progress>;
  /** Resolves when it is time to look at the progress again. */
  awaitProgress(): Promise<void>;
  /** Lets all workers stand still at one tick; resolves when they do. `letGo` has to follow. */
  standStill(): Promise<void>;
  /** Lets workers go on that stand still. */
  letGo(): Promise<void>;
  /** All that a job needs to be put where it is now; its workers stand still. */
  save(): Promise<SavedState>;
  /** What each worker knew beside the sums when it last stood still, as JSON. */
  learners(): AsyncIterable<string>;
  /** Puts a job that has no state yet where it was. */
  restore(saved: SavedState, learners: AsyncIterable<string>): Promise<void>;
}

/** What becomes of a part with a sync: the worker goes on with it, is through with it, or gives it back. */
export type Fate = 'goesOn' | 'isDone' | 'isFreed';

/** A sync whose sums the store has. */
export interface RecordedSync {
  /** Number of the sync, that this worker records once. */
  readonly number: number;
  /** How much of the part is done. */
  readonly offset: number;
  readonly learned: Learned;
  readonly fate: Fate;
}

/** How far the job is: what bounds the interval to the next sync. */
export interface JobPace {
  /** Examples that all workers have learned from. */
  readonly examples: number;
  /** How many times the interval was halved. */
  readonly halvings: number;
}

/** What workers did in some time. */
export interface Progress {
  readonly learned: Learned;
  /** Names of the parts of passes that were finished. */
  readonly done: readonly string[];
}

/** The state of a job beside its plan, as a checkpoint has it. */
export interface SavedState {
  readonly learned: Learned;
  readonly pace: JobPace;
  /** Names of the parts of passes that are done. */
  readonly done: readonly string[];
  /** How much of each part of a pass is done, by its name. */
  readonly offsets: Readonly<Record<string, string>>;
}

/** What a checkpoint has of a job beside its sums. */
export interface SavedJob extends SavedState {
  readonly plan: JobPlan;
}
