import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Environment } from '../../config/environment';
import { BenchDatabase } from '../database';
import { releasedVersion } from '../options';
import { type ServiceProcess, startService } from '../servers/start-service';
import type { Scratch } from '../system/scratch';
import { fileOf, filmsOf, width } from './films';

/** How often users' weights take in what was observed, in milliseconds. */
export const delayMs = 200;

const config = {
  models: {
    films: {
      algorithm: 'als',
      source: { observations: true },
      hyperparameters: { rank: width },
      onlineUpdateDelayInMillis: delayMs,
    },
  },
};

/** An instance of the service with the model `films`. */
export interface FilmService extends ServiceProcess {
  /** Asks a management route. @throws {Error} if the answer is no success */
  call(path: string, body?: object): Promise<unknown>;
  /** Makes a revision of the films of a seed, which serves then. */
  publish(seed: number): Promise<void>;
}

export interface FilmServiceOptions {
  readonly database: BenchDatabase;
  readonly processes: number;
  /** @default all cores */
  readonly core?: number;
  /** Tells instances apart. @default 'one' */
  readonly name?: string;
}

/** Starts an instance; all instances of a benchmark have their revisions in one place. */
export async function startFilmService(
  { folder, stopAtEnd }: Scratch,
  { database, processes, core, name = 'one' }: FilmServiceOptions,
): Promise<FilmService> {
  const project = join(folder, 'project');
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'VERSION'), `${releasedVersion()}\n`);
  writeFileSync(join(project, 'modelapp.config.ts'), `export default ${JSON.stringify(config)};\n`);
  const data = join(folder, name);
  const service = stopAtEnd(
    await startService({
      databaseUrl: database.url,
      dataDirectory: data,
      processes,
      config: join(project, 'modelapp.config.ts'),
      env: { [Environment.modelLocation]: join(folder, 'models') },
      ...(core !== undefined && { core }),
    }),
  );
  const call = async (path: string, body?: object) => {
    const response = await fetch(`http://127.0.0.1:${service.port}${path}`, {
      method: 'POST',
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as unknown;
  };
  const publish = async (seed: number) => {
    const file = join(data, `${seed}.model`);
    if (!existsSync(file)) writeFileSync(file, fileOf(filmsOf(seed)));
    await call('/models/films/revisions', { source: `${seed}.model` });
  };
  return { ...service, call, publish };
}

/** A database, and one instance which serves the films of seed 1. */
export async function startFilms(
  scratch: Scratch,
  place: Pick<FilmServiceOptions, 'processes' | 'core'>,
): Promise<{ readonly database: BenchDatabase; readonly service: FilmService }> {
  const database = scratch.stopAtEnd(await BenchDatabase.start(scratch.folder));
  const service = await startFilmService(scratch, { ...place, database });
  await service.publish(1);
  await everywhere(service);
  return { database, service };
}

/** Resolves when all processes serve what was published. */
async function everywhere({ port, call }: FilmService): Promise<void> {
  const { job_id } = (await call('/update-model-cache')) as { job_id: string };
  for (let status = ''; status !== 'finished'; await sleep(100)) {
    const response = await fetch(`http://127.0.0.1:${port}/jobs/${job_id}`);
    status = ((await response.json()) as { status: string }).status;
  }
}
