import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type TrainingJob as JobDescription,
  type TaskName,
  taskEnvironment,
} from '../../../../config/training/training-task';
import { JobRecords } from '../../../../training/distributed/state/valkey/job-records';
import { readPace } from '../../../../training/distributed/state/valkey/work-queue';
import { openConnection } from '../../../../training/store/servers/connection';
import { type LocalServers, startLocalServers } from '../../../../training/store/servers/local-servers';
import { Servers } from '../../../../training/store/servers/servers';
import { infoField } from '../../../../training/store/servers/topology';
import { Command } from '../../support/command';
import { Place, signal } from '../../support/place';
import { until } from '../../support/wait';
import { countedRows, countRows, type RowCounts } from './clicks';

/** Examples that a worker learns from between two syncs at most. */
export const syncExamples = 200;

/** In seconds. */
const checkpointEvery = 1;

/** How long a job may take on a machine that has much else to do. */
const patienceMs = 240_000;

export interface JobSize {
  readonly primaries: number;
  /** Of each primary. */
  readonly replicas: number;
  readonly workers: number;
}

/** What became of a job that ended well. */
export interface Trained extends RowCounts {
  readonly auc: number;
}

/** The processes of a training job, as containers run them, to be killed. */
export class TrainingJob {
  private readonly place = new Place();
  private servers!: LocalServers;
  scheduler!: Command;
  workers: Command[] = [];

  private constructor(
    private readonly conf: string,
    private readonly size: JobSize,
  ) {}

  /** Starts a job, does something with it, and ends whatever is left of it. */
  static async during<T>(conf: string, size: JobSize, work: (job: TrainingJob) => Promise<T>): Promise<T> {
    const job = new TrainingJob(conf, size);
    try {
      await job.startServers();
      job.schedule();
      job.hire(size.workers);
      return await work(job);
    } finally {
      await job.place.remove();
      await job.servers?.stop();
    }
  }

  /** Starts a scheduler. */
  schedule(...options: readonly string[]): void {
    const task = { role: 'scheduler', index: 0 } as const;
    const always = ['--checkpoint-every', String(checkpointEvery), '--sync-examples', String(syncExamples)];
    this.scheduler = this.start(task, ...always, ...options);
  }

  /** Starts workers, beside those that run. */
  hire(count: number): void {
    for (let i = 0; i < count; i++) this.workers.push(this.start({ role: 'worker', index: this.workers.length }));
  }

  /** Starts all anew, on servers that know nothing, to go on from the newest checkpoint. */
  async restart(): Promise<void> {
    await this.servers.stop();
    await this.startServers();
    this.schedule('--resume');
    this.workers = [];
    this.hire(this.size.workers);
  }

  /** Sends a signal to a server; the primaries are the first. */
  async signalServer(index: number, signal: NodeJS.Signals): Promise<void> {
    const { servers, password } = this.servers.address;
    const connection = await openConnection(servers[index]!, password);
    process.kill(Number(await infoField(connection, 'server', 'process_id')), signal);
    connection.disconnect();
  }

  /** SIGKILL to all processes. */
  async killAll(): Promise<void> {
    for (let i = 0; i < this.servers.address.servers.length; i++) await this.signalServer(i, 'SIGKILL');
    await this.place.kill();
  }

  /** Waits until a share of the rows was learned from. */
  async learnedFrom(share: number): Promise<void> {
    const servers = await Servers.connect(this.servers.address);
    const records = new JobRecords(servers, this.place.folder);
    try {
      const learned = async () => (await readPace(records)).examples >= share * countedRows;
      await until(`${share} of the rows are learned from`, learned, patienceMs);
    } finally {
      servers.close();
    }
  }

  /** Has the job saved where it is: workers pause until a checkpoint is due. */
  async save(): Promise<void> {
    const before = this.checkpoints();
    for (const { pid } of this.workers) signal(pid, 'SIGSTOP');
    await sleep(1000 * checkpointEvery);
    for (const { pid } of this.workers) signal(pid, 'SIGCONT');
    await until('the job is saved', () => this.checkpoints().some((checkpoint) => !before.includes(checkpoint)));
  }

  /**
   * Waits for the end of the scheduler and of the workers that were not killed or told to end.
   * @throws {Error} with what was said, if one did not end well
   */
  async trained(): Promise<Trained> {
    const exits = await Promise.all([this.scheduler, ...this.workers].map(({ ended }) => ended));
    const isWell = exits.every((exit) => exit.signal === 'SIGKILL' || exit.exitCode === 0 || exit.exitCode === 143);
    if (!isWell) throw new Error(`${JSON.stringify(exits)} ${this.scheduler.stdout}${this.said()}`);
    const [, auc] = /^auc: (.*)$/m.exec(this.scheduler.stdout) ?? [];
    return { auc: Number(auc), ...countRows(join(this.place.folder, 'out')) };
  }

  /** What scheduler and workers said of what went wrong. */
  said(): string {
    return [this.scheduler, ...this.workers].map(({ stderr }) => stderr).join('');
  }

  /** The numbers of those that are whole. */
  private checkpoints(): readonly string[] {
    const folder = join(this.place.folder, 'checkpoint');
    const all = existsSync(folder) ? readdirSync(folder) : [];
    return all.filter((number) => existsSync(join(folder, number, 'manifest.json')));
  }

  private async startServers(): Promise<void> {
    this.servers = await startLocalServers(this.size.primaries, this.size.replicas);
  }

  private start(task: TaskName, ...options: readonly string[]): Command {
    const { servers, password } = this.servers.address;
    const { primaries, replicas, workers } = this.size;
    const job: JobDescription = {
      id: this.place.folder,
      conf: this.conf,
      output: join(this.place.folder, 'out'),
      servers: primaries,
      replicas,
      workers,
      hostOf: () => '127.0.0.1',
    };
    const addresses = servers.map(({ host, port }) => `${host}:${port}`);
    return new Command({
      args: ['job', task.role, ...options],
      place: this.place,
      environment: { ...taskEnvironment(job, task, 0, { addresses, replicas }), MODELAPP_STORE_PASSWORD: password },
    });
  }
}
