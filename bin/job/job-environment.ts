import { TrainingEnvironment } from '../../config/environment';
import { CommandError, ExitCode } from '../failure';

/** What a container of a training job is told of the job. */
export interface JobEnvironment {
  readonly id: string;
  /** Address of the configuration. */
  readonly conf: string;
  /** Place of the model, its evaluation and its manifest. */
  readonly output: string;
  /** The parameter servers, the primaries first; none if the scheduler does the job alone. */
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  /** Replicas of each primary. */
  readonly replicas: number;
  readonly password: string | undefined;
  /** Worker processes on the machine of each worker. */
  readonly processes: number;
  /** How many worker processes the job has in all. */
  readonly workers: number;
}

/**
 * Reads what `taskEnvironment` wrote.
 * @throws {CommandError} that names the variable, if one is missing or not as it is written there
 */
export function readJobEnvironment(environment: NodeJS.ProcessEnv): JobEnvironment {
  const read = (name: string) => requireVariable(environment, name);
  const count = (name: string): number => {
    const value = read(name);
    if (/^\d+$/.test(value)) return Number(value);
    throw new CommandError(`${name}: '${value}' is not a whole number`, ExitCode.usage);
  };
  const processes = environment[TrainingEnvironment.processes] ? count(TrainingEnvironment.processes) : 1;
  const isAlone = environment.DMLC_ROLE === 'scheduler' && !environment[TrainingEnvironment.servers];
  return {
    id: read(TrainingEnvironment.jobId),
    conf: read(TrainingEnvironment.conf),
    output: read(TrainingEnvironment.output),
    servers: isAlone ? [] : read(TrainingEnvironment.servers).split(',').map(serverAddress),
    replicas: isAlone ? 0 : count(TrainingEnvironment.replicas),
    password: environment[TrainingEnvironment.storePassword] || undefined,
    processes,
    workers: processes * count('DMLC_NUM_WORKER'),
  };
}

/**
 * Where the job of a model tells what it made.
 * @throws {CommandError} if nobody says
 */
export const readModelEnvironment = (environment: NodeJS.ProcessEnv): Pick<JobEnvironment, 'output'> => ({
  output: requireVariable(environment, TrainingEnvironment.output),
});

function requireVariable(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (value) return value;
  throw new CommandError(`${name} is not set: this command is for the containers of a training job`, ExitCode.usage);
}

function serverAddress(text: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^([^:]+):(\d{1,5})$/.exec(text) ?? [];
  if (host && port) return { host, port: Number(port) };
  throw new CommandError(`${TrainingEnvironment.servers}: '${text}' is not host:port`, ExitCode.usage);
}
