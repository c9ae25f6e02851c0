import type { Part } from '../data/part';
import { type Learned, nothing, together } from '../online/learned';
import { type ProgressRow, rowOf } from '../online/progress-row';
import type { OnlinePosition } from '../online/train-online';
import { DivergenceGuard } from './divergence-guard';
import type { JobPlan, Outcome } from './state/job-plan';
import type { JobState } from './state/job-state';
import { taskName } from './state/task';

/** What a scheduler says while the job runs. */
export interface SchedulerReport {
  row(row: ProgressRow): void;
  /** How far the job is, told between the rows. */
  position?(position: OnlinePosition): void;
  warning(text: string): void;
  /** What is known of bad lines, after every change. @throws {Error} if they are too many */
  lines(learned: Learned, isFinal: boolean): void;
}

export interface SchedulerTools {
  readonly state: JobState;
  readonly plan: JobPlan;
  readonly report: SchedulerReport;
  /** The positions of a pass's parts in the plan, in the order in which they are to be read. */
  order(parts: readonly Part[], pass: number): readonly number[];
  /** Saves the job; called while all workers stand still. */
  checkpoint(): Promise<void>;
  /** @throws {StoreError} if the sums are out of reach, or lost */
  requireWhole(): Promise<void>;
  /** Milliseconds between two checkpoints. */
  readonly checkpointEvery: number;
  /** Aborts when the scheduler has to end in order, with a checkpoint. */
  readonly signal: AbortSignal;
}

/** Between two signs of life, in milliseconds. */
const period = 5000;

/**
 * Leads a job that is planned, from wherever it is to its outcome.
 * @returns what was learned
 * @throws {JobFailure} if the job failed; the signal's reason if it aborted
 */
export async function runScheduler(tools: SchedulerTools): Promise<Learned> {
  const scheduler = new Scheduler(tools);
  const { state, requireWhole } = tools;
  const tellAlive = async (): Promise<void> => {
    await state.tellAlive('scheduler');
    await requireWhole();
  };
  return asScheduler(tellAlive, () => scheduler.lead());
}

/**
 * Does work of a scheduler, of which workers hear that it lives.
 * @throws what `tellAlive` throws, which ends the work
 */
export async function asScheduler<T>(tellAlive: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  await tellAlive();
  let timer: NodeJS.Timeout | undefined;
  const failure = new Promise<never>((_, fail) => {
    timer = setInterval(() => void tellAlive().catch(fail), period);
  });
  try {
    return await Promise.race([work(), failure]);
  } finally {
    clearInterval(timer);
  }
}

/** A job that ended without a model. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
  constructor({ message, exitCode }: Extract<Outcome, { status: 'failed' }>) {
    super(message);
    this.exitCode = exitCode;
  }
  readonly exitCode: number;
}

class Scheduler {
  private readonly began = Date.now();
  private readonly guard = new DivergenceGuard();
  private total = nothing;
  /** Since the last row. */
  private window = nothing;
  private windowBegan = this.began;
  private readonly done = new Set<string>();
  private savedAt = this.began;
  private hasTold = false;

  constructor(private readonly tools: SchedulerTools) {}

  async lead(): Promise<Learned> {
    const { state, plan, signal } = this.tools;
    // One that was here before may have been killed while the workers stood still for it.
    await state.letGo();
    await this.readOn();
    this.window = nothing;
    for (let pass = 0; pass < plan.conf.passes; pass++) {
      const open = this.tools.order(plan.parts, pass).filter((part) => !this.done.has(taskName({ pass, part })));
      if (open.length === 0) continue;
      await state.enqueue(pass, open);
      while (!this.isDone(pass)) {
        if (signal.aborted) {
          await this.save();
          signal.throwIfAborted();
        }
        await state.awaitProgress();
        await this.follow();
        this.tellPosition(pass);
      }
    }
    await this.tell(true);
    await state.publishOutcome({ status: 'done' });
    return this.total;
  }

  /** Takes in what the workers did meanwhile. */
  private async follow(): Promise<void> {
    await this.readOn();
    const outcome = await this.tools.state.readOutcome();
    if (outcome?.status === 'failed') throw new JobFailure(outcome);
    const now = Date.now();
    if (now - this.windowBegan >= 1000 * this.tools.plan.conf.reportInterval) await this.tell(false);
    if (now - this.savedAt >= this.tools.checkpointEvery) await this.save();
  }

  private async readOn(): Promise<void> {
    const { learned, done } = await this.tools.state.readProgress();
    this.total = together(this.total, learned);
    this.window = together(this.window, learned);
    for (const part of done) this.done.add(part);
    if (learned.lines > 0) this.tools.report.lines(this.total, false);
  }

  /** A row for what was learned since the last, if anything was; at least one. */
  private async tell(isLast: boolean): Promise<void> {
    const { report, state } = this.tools;
    if (isLast) report.lines(this.total, true);
    if (this.window.examples === 0 && (this.hasTold || !isLast)) return;
    this.hasTold = true;
    report.row(rowOf((Date.now() - this.began) / 1000, this.window, this.total));
    if (this.guard.diverges(this.window)) {
      await state.halveInterval();
      report.warning('the loss rises: workers sync twice as often from now on; a smaller learning rate may help');
    }
    this.window = nothing;
    this.windowBegan = Date.now();
  }

  private tellPosition(pass: number): void {
    const { plan, report } = this.tools;
    const partsOfPass = plan.parts.length;
    const parts = plan.parts.filter((_, part) => this.done.has(taskName({ pass, part }))).length;
    report.position?.({
      pass,
      passes: plan.conf.passes,
      parts,
      partsOfPass,
      share: parts / partsOfPass,
      examples: this.total.examples,
    });
  }

  private async save(): Promise<void> {
    const { state, checkpoint } = this.tools;
    await state.standStill();
    try {
      await this.readOn();
      await checkpoint();
    } finally {
      await state.letGo();
    }
    this.savedAt = Date.now();
  }

  private isDone(pass: number): boolean {
    return this.tools.plan.parts.every((_, part) => this.done.has(taskName({ pass, part })));
  }
}
