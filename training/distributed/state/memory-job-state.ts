import { setImmediate } from 'node:timers/promises';
import { type Learned, nothing, together } from '../../online/learned';
import type { SavedLearner } from '../../online/learner';
import type { JobPlan, Outcome } from './job-plan';
import type { JobPace, JobState, Progress, RecordedSync, SavedState } from './job-state';
import { type DeadlyTask, mostDeaths, type Task, taskName } from './task';
import { Waiting } from './waiting';

/** Between two looks at the progress of a pass that goes on, in milliseconds. */
const progressPause = 100;

type Queued = Pick<Task, 'part' | 'pass'>;

/** The state of a job all of whose workers ask this process. */
export class MemoryJobState implements JobState {
  private readonly waiting = new Waiting();
  private plan: JobPlan | undefined;
  private outcome: Outcome | undefined;
  private workers = 0;
  private readonly queue: Queued[] = [];
  private readonly held = new Map<number, Task>();
  private entries = 0;
  private readonly deaths = new Map<string, number>();
  private readonly offsets = new Map<string, number>();
  private readonly begunPasses = new Set<number>();
  private pace: JobPace = { examples: 0, halvings: 0 };
  private total = nothing;
  private readonly done: string[] = [];
  /** Since the progress was read. */
  private news: { learned: Learned; done: string[] } = { learned: nothing, done: [] };
  /** What workers know beside the sums, and what those knew that are gone. */
  private readonly saved = new Map<number, SavedLearner>();
  private readonly left: SavedLearner[] = [];
  private readonly ticks = new Map<number, number>();
  /** The tick at which all workers stand still. */
  private stop = Number.POSITIVE_INFINITY;

  constructor(readonly job: string) {}

  async readPlan(): Promise<JobPlan | undefined> {
    return this.plan;
  }

  async publishPlan(plan: JobPlan): Promise<void> {
    this.plan = plan;
    this.waiting.look();
  }

  async readOutcome(): Promise<Outcome | undefined> {
    return this.outcome;
  }

  async publishOutcome(outcome: Outcome): Promise<void> {
    this.outcome ??= outcome;
    this.waiting.look();
  }

  async newWorker(): Promise<number> {
    return ++this.workers;
  }

  async enqueue(pass: number, parts: readonly number[]): Promise<void> {
    if (this.begunPasses.has(pass)) return;
    this.begunPasses.add(pass);
    for (const part of parts) this.queue.push({ pass, part });
    this.waiting.look();
  }

  async take(worker: number): Promise<Task | DeadlyTask | undefined> {
    const next = this.queue.shift();
    if (!next) return undefined;
    const name = taskName(next);
    if ((this.deaths.get(name) ?? 0) >= mostDeaths) return { deadly: true, part: next.part };
    const task: Task = { ...next, entry: String(++this.entries), offset: this.offsets.get(name) };
    this.held.set(worker, task);
    return task;
  }

  awaitWork(): Promise<void> {
    return this.waiting.until(() => this.queue.length > 0 || this.outcome !== undefined);
  }

  async isOwner(worker: number, task: Task): Promise<boolean> {
    return this.held.get(worker)?.entry === task.entry;
  }

  async record(worker: number, task: Task, { offset, learned, fate }: RecordedSync): Promise<JobPace | undefined> {
    if (!(await this.isOwner(worker, task))) return undefined;
    const name = taskName(task);
    this.offsets.set(name, offset);
    this.total = together(this.total, learned);
    this.news.learned = together(this.news.learned, learned);
    this.pace = { ...this.pace, examples: this.pace.examples + learned.examples };
    if (fate !== 'goesOn') this.held.delete(worker);
    if (fate === 'isFreed') this.queue.push({ pass: task.pass, part: task.part });
    if (fate === 'isDone') {
      this.done.push(name);
      this.news.done.push(name);
    }
    this.waiting.look();
    return this.pace;
  }

  async readPace(): Promise<JobPace> {
    return this.pace;
  }

  async halveInterval(): Promise<void> {
    this.pace = { ...this.pace, halvings: this.pace.halvings + 1 };
  }

  async join(worker: number): Promise<number> {
    const where = this.ticks.size === 0 ? 0 : this.slowest();
    const tick = Number.isFinite(this.stop) ? this.stop : where;
    this.ticks.set(worker, tick);
    return tick;
  }

  /**
   * Tells that a worker has come to a tick; resolves when it is at most `maxDelay` ahead of the slowest.
   * @param isSaved whether what the worker knows beside the sums was saved since it came to the tick
   * @returns whether it may go on; else it has to be saved first, as it is to stand still for a checkpoint
   */
  async waitForTurn(worker: number, tick: number, maxDelay: number, isSaved: boolean): Promise<boolean> {
    if (tick >= this.stop && !isSaved) return false;
    this.ticks.set(worker, tick);
    this.waiting.look();
    await this.waiting.until(() => tick < this.stop && tick - this.slowest() <= maxDelay);
    return true;
  }

  async leave(worker: number): Promise<void> {
    this.ticks.delete(worker);
    this.waiting.look();
  }

  async saveLearner(worker: number, learner: SavedLearner): Promise<void> {
    this.saved.set(worker, learner);
  }

  async inheritLearner(worker: number): Promise<SavedLearner | undefined> {
    const left = this.left.shift();
    if (left) this.saved.set(worker, left);
    return left;
  }

  async bequeathLearner(worker: number): Promise<void> {
    const learner = this.saved.get(worker);
    this.saved.delete(worker);
    if (learner) this.left.push(learner);
  }

  /** Gives what a worker had to others: it died. @returns whether it had anything */
  lose(worker: number): boolean {
    void this.bequeathLearner(worker);
    const task = this.held.get(worker);
    if (task) {
      const name = taskName(task);
      this.deaths.set(name, (this.deaths.get(name) ?? 0) + 1);
      this.held.delete(worker);
      this.queue.push({ pass: task.pass, part: task.part });
    }
    this.ticks.delete(worker);
    this.waiting.look();
    return task !== undefined;
  }

  // Threads of one process tell of themselves by living.
  async renew(worker: number, task: Task): Promise<boolean> {
    return this.isOwner(worker, task);
  }
  async tellAlive(): Promise<void> {}
  async schedulerSilence(): Promise<number> {
    return 0;
  }

  async readProgress(): Promise<Progress> {
    const { news } = this;
    this.news = { learned: nothing, done: [] };
    return news;
  }

  /** Resolves soon, and sooner when nobody has anything to do. */
  async awaitProgress(): Promise<void> {
    await this.waiting.until(() => this.queue.length === 0 && this.held.size === 0, progressPause);
    // Others have to get their turn even if this is true all the time.
    await setImmediate();
  }

  async standStill(): Promise<void> {
    this.stop = Math.max(0, ...this.ticks.values()) + 1;
    await this.waiting.until(() => this.slowest() >= this.stop);
  }

  async letGo(): Promise<void> {
    this.stop = Number.POSITIVE_INFINITY;
    this.waiting.look();
  }

  async save(): Promise<SavedState> {
    const offsets = Object.fromEntries([...this.offsets].map(([name, offset]) => [name, String(offset)]));
    return { learned: this.total, pace: this.pace, done: [...this.done], offsets };
  }

  async *learners(): AsyncIterable<string> {
    for (const learner of [...this.saved.values(), ...this.left]) yield JSON.stringify(learner);
  }

  async restore({ learned, pace, done, offsets }: SavedState, learners: AsyncIterable<string>): Promise<void> {
    for await (const learner of learners) this.left.push(JSON.parse(learner) as SavedLearner);
    this.total = learned;
    this.pace = pace;
    this.done.push(...done);
    this.news = { learned, done: [...done] };
    for (const [name, offset] of Object.entries(offsets)) this.offsets.set(name, Number(offset));
  }

  /** The tick of the slowest worker that is waited for; infinite if there is none. */
  private slowest(): number {
    return Math.min(...this.ticks.values());
  }
}
