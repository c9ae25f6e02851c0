import { setTimeout as delay } from 'node:timers/promises';
import type { SavedLearner } from '../../../online/learner';
import type { Servers } from '../../../store/servers/servers';
import type { JobPlan, Outcome } from '../job-plan';
import type { JobState, Progress, RecordedSync, SavedState } from '../job-state';
import type { Task } from '../task';
import { join, leave, letGo, standStill, waitForTurn } from './clock';
import { JobRecords } from './job-records';
import { bequeathLearner, inheritLearner, restoreLearners, savedLearners, saveLearner } from './learners';
import { newWorker, publishOutcome, publishPlan, readOutcome, readPlan } from './plan';
import { beginning, readProgress } from './progress';
import { restoreState, saveState } from './saved-state';
import {
  enqueue,
  halveInterval,
  isOwner,
  openQueue,
  readPace,
  record,
  renew,
  schedulerSilence,
  take,
  tellAlive,
} from './work-queue';

/** Between two looks for work when there is none, and for progress, in milliseconds. */
const workPause = 50;
const progressPause = 100;

/** The state of a job on Valkey or Redis servers, which all its processes reach. */
export class ValkeyJobState implements JobState {
  readonly records: JobRecords;
  /** Of the progress that was read. */
  private position = beginning;

  constructor(
    private readonly servers: Servers,
    readonly job: string,
  ) {
    this.records = new JobRecords(servers, job);
  }

  readPlan = () => readPlan(this.records);
  readOutcome = () => readOutcome(this.records);
  publishOutcome = (outcome: Outcome) => publishOutcome(this.records, outcome);
  newWorker = () => newWorker(this.records);

  take = (worker: number) => take(this.records, worker);
  awaitWork = () => delay(workPause);
  isOwner = (worker: number, task: Task) => isOwner(this.records, worker, task);
  record = (worker: number, task: Task, sync: RecordedSync) => record(this.records, worker, task, sync);
  readPace = () => readPace(this.records);

  join = (worker: number) => join(this.records, worker);
  waitForTurn = (worker: number, tick: number, maxDelay: number, save: () => Promise<void>) =>
    waitForTurn(this.records, worker, tick, maxDelay, save);
  leave = (worker: number) => leave(this.records, worker);

  saveLearner = (worker: number, learner: SavedLearner) => saveLearner(this.records, worker, learner);
  inheritLearner = (worker: number) => inheritLearner(this.records, worker);
  bequeathLearner = (worker: number) => bequeathLearner(this.records, worker);

  async renew(worker: number, task: Task): Promise<boolean> {
    await this.servers.requireAll();
    return renew(this.records, worker, task);
  }
  async tellAlive(who: number | 'scheduler'): Promise<void> {
    await this.servers.requireAll();
    await tellAlive(this.records, who);
  }
  schedulerSilence = () => schedulerSilence(this.records);

  async publishPlan(plan: JobPlan): Promise<void> {
    await openQueue(this.records);
    await publishPlan(this.records, plan);
  }
  enqueue = (pass: number, parts: readonly number[]) => enqueue(this.records, pass, parts);
  halveInterval = () => halveInterval(this.records);
  async readProgress(): Promise<Progress> {
    const { position, ...progress } = await readProgress(this.records, this.position);
    this.position = position;
    return progress;
  }
  awaitProgress = () => delay(progressPause);
  standStill = () => standStill(this.records);
  letGo = () => letGo(this.records);
  save = () => saveState(this.records);
  learners = () => savedLearners(this.records);
  async restore(saved: SavedState, learners: AsyncIterable<string>): Promise<void> {
    await restoreState(this.records, saved);
    await restoreLearners(this.records, learners);
  }
}
