import { TrainingEnvironment } from '../environment';

/** What a task of a training job does: it plans the work, holds parameters, or reads data. */
export type TaskRole = 'scheduler' | 'server' | 'worker';

/** What has a task definition and a log of its own: the roles, and the one task that trains a model. */
export const taskKinds = ['scheduler', 'server', 'worker', 'trainer'] as const satisfies readonly (
  | TaskRole
  | 'trainer'
)[];
export type TaskKind = (typeof taskKinds)[number];

/** One task of a job, by its role and its number in that role, from 0. A job has one scheduler. */
export interface TaskName {
  readonly role: TaskRole;
  readonly index: number;
}

/** How many tasks of each role a job has. */
export interface JobSize {
  /** Servers that hold parameters. */
  readonly servers: number;
  /** Further servers that repeat each of those. */
  readonly replicas: number;
  readonly workers: number;
}

/** What the tasks of one job have in common. */
export interface TrainingJob extends JobSize {
  readonly id: string;
  /** Address of the configuration. */
  readonly conf: string;
  /** Place of the model, its evaluation and its manifest. */
  readonly output: string;
  /** The host name of a task, which stays the same when it is started again. */
  readonly hostOf: (task: TaskName) => string;
}

/** The training of one model of `modelapp.config.ts`, which is one task. */
export interface ModelJob {
  readonly id: string;
  /** Place of what it tells at its end. */
  readonly output: string;
}

/** The environment of the task that trains a model. */
export const modelTaskEnvironment = ({ id, output }: ModelJob): Readonly<Record<string, string>> => ({
  [TrainingEnvironment.jobId]: id,
  [TrainingEnvironment.output]: output,
});

/** The parameter servers of our own engine, once they run. */
export interface StoreAddresses {
  /** `host:port` of each, the primaries first. */
  readonly addresses: readonly string[];
  readonly replicas: number;
}

/** Servers and replicas that a job may have: ECS takes 8,192 characters of variables for a task, in which all are named. */
export const mostServers = 32;

export const mostWorkers = 64;

/** How often a task that fails by itself is started again. */
export const taskRestarts = 3;

/** Port of our own engine's parameter servers. */
export const storePort = 6379;

/** Port of the scheduler; those of servers and workers follow it. */
const firstPort = 8000;

/** All ports that other engines may be told to listen on. */
export const enginePorts = { first: firstPort, last: firstPort + mostServers + mostWorkers } as const;

/** Servers and the servers that repeat them. */
export const serverTasks = ({ servers, replicas }: JobSize): number => servers * (1 + replicas);

/** Whether our own engine keeps all that a job of this size has in the memory of one process. */
export const fitsOneProcess = ({ servers, replicas, workers }: JobSize): boolean =>
  servers === 1 && replicas === 0 && workers === 1;

/** All tasks of a job in the order of their ports: the scheduler, the servers, the workers. */
export const tasksOf = (size: JobSize): readonly TaskName[] => [
  { role: 'scheduler', index: 0 },
  ...numbered('server', serverTasks(size)),
  ...numbered('worker', size.workers),
];

const numbered = (role: TaskRole, count: number): TaskName[] =>
  Array.from({ length: count }, (_, index) => ({ role, index }));

/** The port that a task listens on if it listens at all: 8000 + its place among all tasks. */
export function portOf(size: JobSize, { role, index }: TaskName): number {
  const before = { scheduler: 0, server: 1, worker: 1 + serverTasks(size) };
  return firstPort + before[role] + index;
}

/**
 * The environment of a task, for our own engine, for those that dmlc's tracker starts (`DMLC_*`), and for TensorFlow's
 * parameter servers (`TF_CONFIG`).
 * @param attempt how often the task was started before
 * @param store the servers of our engine; undefined for another engine's, and for the servers themselves
 */
export function taskEnvironment(
  job: TrainingJob,
  task: TaskName,
  attempt: number,
  store?: StoreAddresses,
): Readonly<Record<string, string>> {
  const { role, index } = task;
  const servers = serverTasks(job);
  const root = { role: 'scheduler', index: 0 } as const;
  const rootHost = job.hostOf(root);
  const rootPort = String(portOf(job, root));
  // As dmlc's tracker numbers them: the workers first.
  const taskId = { worker: index, server: job.workers + index, scheduler: job.workers + servers }[role];
  return {
    DMLC_ROLE: role,
    DMLC_PS_ROOT_URI: rootHost,
    DMLC_PS_ROOT_PORT: rootPort,
    DMLC_TRACKER_URI: rootHost,
    DMLC_TRACKER_PORT: rootPort,
    DMLC_NUM_SERVER: String(servers),
    DMLC_NUM_WORKER: String(job.workers),
    DMLC_NODE_HOST: job.hostOf(task),
    PORT: String(portOf(job, task)),
    DMLC_TASK_ID: String(taskId),
    ...(role === 'server' && { DMLC_SERVER_ID: String(index) }),
    ...(role === 'worker' && { DMLC_WORKER_ID: String(index) }),
    DMLC_NUM_ATTEMPT: String(attempt),
    TF_CONFIG: JSON.stringify(tensorFlowConfig(job, task)),
    GRPC_FAIL_FAST: 'use_caller',
    [TrainingEnvironment.jobId]: job.id,
    [TrainingEnvironment.conf]: job.conf,
    [TrainingEnvironment.output]: job.output,
    ...(store && {
      [TrainingEnvironment.servers]: store.addresses.join(','),
      [TrainingEnvironment.replicas]: String(store.replicas),
    }),
  };
}

/** What TensorFlow calls the roles. */
const tensorFlowRoles = { scheduler: 'chief', server: 'ps', worker: 'worker' } as const;

function tensorFlowConfig(job: TrainingJob, { role, index }: TaskName): object {
  const cluster: Record<string, string[]> = { chief: [], ps: [], worker: [] };
  for (const task of tasksOf(job)) {
    cluster[tensorFlowRoles[task.role]]!.push(`${job.hostOf(task)}:${portOf(job, task)}`);
  }
  return { cluster, task: { type: tensorFlowRoles[role], index } };
}
