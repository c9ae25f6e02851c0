import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { hasCredentials, provideKeys } from '../../service/auth/generated-keys';
import { createPolicy } from '../../service/auth/policy';
import { createLogger } from '../../service/logging';
import { Instance } from '../../service/processes/instance';
import type { DatabaseSettings, ListenAddress, ServiceSettings } from '../../service/processes/messages';
import type { Settings } from '../settings';

/** Where and how wide an instance serves. */
export interface InstanceOptions {
  readonly host: string;
  readonly port: number;
  readonly processes: number;
  /**
   * Where its event server listens.
   * @default none is started
   */
  readonly events?: ListenAddress;
  readonly database: DatabaseSettings;
  readonly pool: Pool;
}

/** An instance that is about to start, and the keys that were made for its callers. */
export interface OpenInstance {
  readonly instance: Instance;
  readonly needsKeys: boolean;
}

/** Puts an instance together: its settings, its keys if it needs any, and the programs of its processes. */
export async function openInstance(settings: Settings, options: InstanceOptions): Promise<OpenInstance> {
  const { config, directory, version, codeVersion, dataDirectory, modelLocation } = settings;
  const { pool, ...place } = options;
  const needsKeys = createPolicy(config.auth, [place.host]).needsCredentials && !hasCredentials(config.auth);
  const keys = needsKeys ? await provideKeys({ dataDirectory }) : undefined;
  const serviceSettings: ServiceSettings = {
    config,
    directory,
    version,
    codeVersion,
    dataDirectory,
    modelLocation,
    instanceId: randomUUID(),
    ...place,
    ...(keys && { keys }),
  };
  const script = process.argv[1] as string;
  const instance = new Instance({
    settings: serviceSettings,
    pool,
    logger: createLogger(),
    workerProgram: { script, args: ['worker'] },
    spawnTraining: (jobId) => spawnTraining(script, jobId, settings, place.database),
    onStop: () => process.kill(process.pid, 'SIGTERM'),
  });
  return { instance, needsKeys };
}

/** The database's address holds a password, so it goes over the channel and not into the environment. */
function spawnTraining(script: string, jobId: string, settings: Settings, database: DatabaseSettings): ChildProcess {
  const child = fork(script, ['train-job', jobId], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send({ ...settings, database });
  return child;
}
