import { TrainingEnvironment } from '../../config/environment';
import { CommandError, ExitCode } from '../failure';

/** What a container of a training job is told of the job. */
export interface JobEnvironment {
  readonly id: string;
  /** Address of the configuration. */
  readonly conf: string;
  /** Place of the model, its evaluation and its manifest. */
  readonly output: string;
  /** The parameter servers, the primaries first. */
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
  const read = (name: string): string => {
    const value = environment[name];
    if (value) return value;
    throw new CommandError(`${name} is not set: this command is for the containers of a training job`, ExitCode.usage);
  };
  const count = (name: string): number => {
    const value = read(name);
    if (/^\d+$/.test(value)) return Number(value);
    throw new CommandError(`${name}: '${value}' is not a whole number`, ExitCode.usage);
  };
  const processes = environment[TrainingEnvironment.processes] ? count(TrainingEnvironment.processes) : 1;
  return {
    id: read(TrainingEnvironment.jobId),
    conf: read(TrainingEnvironment.conf),
    output: read(TrainingEnvironment.output),
    servers: read(TrainingEnvironment.servers).split(',').map(serverAddress),
    replicas: count(TrainingEnvironment.replicas),
    password: environment[TrainingEnvironment.storePassword] || undefined,
    processes,
    workers: processes * count('DMLC_NUM_WORKER'),
  };
}

function serverAddress(text: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^([^:]+):(\d{1,5})$/.exec(text) ?? [];
  if (host && port) return { host, port: Number(port) };
  throw new CommandError(`${TrainingEnvironment.servers}: '${text}' is not host:port`, ExitCode.usage);
}
