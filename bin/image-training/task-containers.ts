import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type TaskName, type TrainingJob, taskEnvironment } from '../../config/training/training-task';
import { CommandError } from '../failure';

/** What all containers of a job run, and what they see. */
export interface ContainerSettings {
  readonly image: string;
  /** What the image runs; its own command if empty. */
  readonly command: readonly string[];
  /** Folders of this machine that are in the containers at the same path. */
  readonly folders: readonly { readonly path: string; readonly writable: boolean }[];
}

/** What the SDKs of AWS read, handed on as this process has it. */
const awsVariables = [
  'AWS_REGION',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_ENDPOINT_URL',
];

/** How long a container may take to end once it is told to, in seconds. */
const grace = 10;

const runFile = promisify(execFile);

/**
 * Runs the `docker` command.
 * @throws {CommandError} with what it says
 */
export async function docker(...words: string[]): Promise<string> {
  try {
    return (await runFile('docker', words)).stdout.trim();
  } catch (error) {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
    throw new CommandError(`docker ${words[0]}: ${stderr?.trim() || message}`);
  }
}

/** The containers of one job, on a network of their own where they find each other by their host names. */
export class TaskContainers {
  private readonly names = new Set<string>();
  private readonly starts = new Set<Promise<void>>();
  private stopping = false;

  private constructor(
    private readonly job: TrainingJob,
    private readonly settings: ContainerSettings,
    private readonly network: string,
  ) {}

  /** @throws {CommandError} if Docker cannot make the network */
  static async open(job: TrainingJob, settings: ContainerSettings): Promise<TaskContainers> {
    const network = `modelapp-${job.id}`;
    await docker('network', 'create', network);
    return new TaskContainers(job, settings, network);
  }

  /** Whether they are being stopped, so that none ends by itself any more. */
  get areStopping(): boolean {
    return this.stopping;
  }

  /**
   * Runs the container of a task to its end.
   * @param attempt how often the task was started before
   * @param say gets the lines that it writes on stdout and stderr
   * @returns its exit code
   * @throws {CommandError} if Docker cannot run it
   */
  async run(task: TaskName, attempt: number, say: (line: string) => void): Promise<number> {
    const name = `${this.network}-${task.role}-${task.index}`;
    const start = this.create(name, task, attempt);
    this.starts.add(start);
    await start.finally(() => this.starts.delete(start));
    // In a process group of its own: Ctrl-C is for this command alone, which then stops all in order.
    const attached = spawn('docker', ['start', '--attach', name], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const input of [attached.stdout, attached.stderr]) createInterface({ input }).on('line', say);
    await once(attached, 'close');
    return this.stopping ? 0 : Number(await docker('inspect', '--format', '{{.State.ExitCode}}', name));
  }

  /** Tells all that run to end, and removes whatever there is of the job but its files. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.allSettled(this.starts);
    const names = [...this.names];
    if (names.length > 0) {
      await docker('stop', '-t', String(grace), ...names);
      await docker('rm', '--force', '--volumes', ...names);
    }
    await docker('network', 'rm', this.network);
  }

  private async create(name: string, task: TaskName, attempt: number): Promise<void> {
    if (this.names.has(name)) await docker('rm', '--volumes', name);
    const { image, command, folders } = this.settings;
    const variables = Object.entries(taskEnvironment(this.job, task, attempt));
    const options = [
      ...['--network', this.network, '--network-alias', this.job.hostOf(task)],
      ...folders.flatMap(({ path, writable }) => ['--volume', `${path}:${path}${writable ? '' : ':ro'}`]),
      ...variables.flatMap(([variable, value]) => ['--env', `${variable}=${value}`]),
      ...awsVariables.filter((variable) => process.env[variable]).flatMap((variable) => ['--env', variable]),
    ];
    await docker('create', '--name', name, ...options, image, ...command);
    this.names.add(name);
  }
}
