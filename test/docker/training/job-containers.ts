import { TrainingEnvironment } from '../../../config/environment';
import {
  type StoreAddresses,
  storePort,
  type TaskName,
  type TaskRole,
  type TrainingJob,
  taskEnvironment,
  tasksOf,
} from '../../../config/training/training-task';
import { ValkeyJobState } from '../../../training/distributed/state/valkey/valkey-job-state';
import type { Learned } from '../../../training/online/learned';
import { Servers, type StoreAddress } from '../../../training/store/servers/servers';
import type { JobPlace } from './job-place';

const password = 'p4ssw0rdOf40Letters';

/** The exit code of a container that SIGKILL ended. */
const killed = '137';

/** The containers of one training job, started as the state machine starts its tasks in ECS. */
export class JobContainers {
  private constructor(
    private readonly place: JobPlace,
    private readonly job: TrainingJob,
    /** The parameter servers, as this machine reaches them. */
    private readonly servers: StoreAddress,
  ) {}

  /** Starts the servers, and the others once those have addresses. */
  static async start(place: JobPlace, job: TrainingJob): Promise<JobContainers> {
    const run = (task: TaskName, store?: StoreAddresses) => runTask(place, job, task, store);
    const tasks = tasksOf(job);
    const servers = tasks.filter(({ role }) => role === 'server');
    for (const server of servers) await run(server);
    const hosts = await Promise.all(servers.map((server) => addressOf(place, job, server)));
    const store = { addresses: hosts.map((host) => `${host}:${storePort}`), replicas: job.replicas };
    for (const task of tasks.filter(({ role }) => role !== 'server')) await run(task, store);
    return new JobContainers(place, job, { servers: hosts.map((host) => ({ host, port: storePort })), password });
  }

  /** Runs a program in the container of a task. */
  execute(task: TaskName, ...command: string[]): Promise<string> {
    return this.place.docker('exec', containerOf(this.job, task), ...command);
  }

  /** Ends a container as a machine does that goes: at once. */
  async kill(task: TaskName): Promise<void> {
    await this.place.docker('kill', '--signal', 'KILL', containerOf(this.job, task));
  }

  /** Waits until the tasks of a role end. @returns their exit codes, with what those that failed by themselves wrote */
  async exits(role: TaskRole): Promise<readonly (number | string)[]> {
    const tasks = tasksOf(this.job).filter((task) => task.role === role);
    const codes = await this.place.docker('wait', ...tasks.map((task) => containerOf(this.job, task)));
    return Promise.all(
      codes.split('\n').map(async (code, i) => {
        const isWell = code === '0' || code === killed;
        return isWell ? Number(code) : `exit code ${code}: ${await this.logs(tasks[i]!)}`;
      }),
    );
  }

  /** What its workers learned until now, as they told its servers. */
  async learned(): Promise<Learned> {
    const servers = await Servers.connect(this.servers);
    try {
      return (await new ValkeyJobState(servers, this.job.id).readProgress()).learned;
    } finally {
      servers.close();
    }
  }

  logs(task: TaskName): Promise<string> {
    return this.place.logs(containerOf(this.job, task));
  }

  async remove(): Promise<void> {
    const names = tasksOf(this.job).map((task) => containerOf(this.job, task));
    await this.place.docker('rm', '--force', '--volumes', ...names);
  }
}

async function runTask(
  { docker, network, images, objects, tasks }: JobPlace,
  job: TrainingJob,
  task: TaskName,
  store: StoreAddresses | undefined,
): Promise<void> {
  const { options, command } = tasks[task.role];
  const variables = {
    ...objects.environment,
    ...taskEnvironment(job, task, 0, store),
    [TrainingEnvironment.storePassword]: password,
  };
  await docker(
    ...['run', '--detach', '--name', containerOf(job, task), '--network', network, '--network-alias', job.hostOf(task)],
    ...options,
    ...Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    images[task.role],
    ...command,
  );
}

const containerOf = ({ id }: TrainingJob, { role, index }: TaskName): string => `${id}-${role}-${index}`;

const addressOf = ({ docker, network }: JobPlace, job: TrainingJob, task: TaskName): Promise<string> =>
  docker('inspect', '--format', `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`, containerOf(job, task));
