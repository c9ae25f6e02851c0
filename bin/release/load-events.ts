import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { type App, createApp, deleteApp, findApp } from '../../service/events/apps/apps';
import { readEventLines } from '../../service/events/transfer/event-lines';
import { ImportError } from '../../service/events/transfer/import-error';
import { type Imported, importEvents } from '../../service/events/transfer/import-events';
import { inEvents } from '../commands/events/open-events';
import { LoaderError, transientCode } from './loader-error';
import { runScript } from './run-script';

/** What loads events, relative to the folder of the configuration. */
const files = {
  initial: 'data/initial-events.json',
  createInitial: 'data/create-initial-events',
  sync: 'data/sync-events.json',
  createSync: 'data/create-sync-events',
} as const;

const failed = 1;

export interface EventLoading {
  /** Folder of the configuration. */
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
  /** Ends the loading with the signal's reason. */
  readonly signal: AbortSignal;
}

/** Whether a project has anything to load events with. */
export const hasEventsToLoad = (directory: string): boolean =>
  [files.initial, files.createInitial, files.createSync].some((file) => existsSync(join(directory, file)));

/**
 * Brings the events of an app up to date: all of them the first time, later what a script brings.
 * @throws {LoaderError} with the exit code: 3 if it may succeed later, as when a setting is not there yet
 * @throws {ImportError | AppError | CommandError} if events, app or database are not fit for it
 */
export async function loadEvents(loading: EventLoading): Promise<void> {
  const { environment } = loading;
  const database = required(environment, 'DATABASE_URL');
  const name = required(environment, 'PIO_EVENTSERVER_APP_NAME');
  await inEvents({ database }, async ({ pool }) => {
    const app = await findApp(pool, name);
    if (app) await synchronise(pool, app, loading);
    else await loadFirst(pool, name, loading);
  });
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (value) return value;
  throw new LoaderError(`${name} is not set`, transientCode);
}

async function loadFirst(pool: Pool, name: string, loading: EventLoading): Promise<void> {
  const { directory, environment, signal, say } = loading;
  const accessKey = required(environment, 'PIO_EVENTSERVER_ACCESS_KEY');
  const app = await createApp(pool, { name, accessKey });
  try {
    if (isThere(directory, files.createInitial)) await runScript(files.createInitial, directory, signal);
    if (!isThere(directory, files.initial)) throw new LoaderError(`${files.initial}: there is no such file`, failed);
    say(`${name}: ${describe(await load(pool, app, files.initial, false, loading))}`);
  } catch (error) {
    // Else the next release would take the app for one that has its first events.
    await deleteApp(pool, app);
    throw error;
  }
}

async function synchronise(pool: Pool, app: App, loading: EventLoading): Promise<void> {
  const { directory, environment, signal, say } = loading;
  if (isThere(directory, files.createSync)) await runScript(files.createSync, directory, signal);
  if (!isThere(directory, files.sync)) return;
  const purge = environment.PIO_PURGE_EVENTS_ON_SYNC === 'true';
  say(`${app.name}: ${describe(await load(pool, app, files.sync, purge, loading))}`);
}

const isThere = (directory: string, file: string): boolean => existsSync(join(directory, file));

async function load(
  pool: Pool,
  app: App,
  file: string,
  purge: boolean,
  { directory, signal }: EventLoading,
): Promise<Imported> {
  const place = { app: app.id, channel: 0 };
  const lines = readEventLines(join(directory, file), { signal });
  try {
    return await importEvents({ pool, place, lines, skipErrors: false, purge, signal });
  } catch (error) {
    // A line alone does not tell which of the two files it is in.
    const isOfLine = error instanceof ImportError && error.message.startsWith('line ');
    throw isOfLine ? new LoaderError(`${file}: ${error.message}`, failed) : error;
  }
}

const describe = ({ stored, repeated, deleted }: Imported): string =>
  `${stored} event(s) stored, ${repeated} there already, ${deleted} deleted`;
