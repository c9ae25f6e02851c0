import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import {
  createCluster,
  freePort,
  lastPort,
  type RunningServer,
  runningServer,
  type ServerSettings,
  startServer,
  stopServer,
  superuser,
  waitUntilReady,
} from './cluster';
import { type PostgresPrograms, ProgramError, postgresPrograms } from './postgres-programs';

/** The PostgreSQL of one machine, running. */
export interface EmbeddedPostgres {
  /** With the password. */
  readonly url: string;
  /** Whether it ran already: a killed process left it, or another one uses it. */
  readonly adopted: boolean;
  /** Ends all its sessions, writes everything to disk and waits for its end. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /**
   * Told in one line what takes time.
   * @default silent
   */
  readonly log?: (message: string) => void;
}

/** Everything of the embedded PostgreSQL lies in one folder. */
interface Home {
  readonly folder: string;
  readonly cluster: string;
  readonly passwordFile: string;
  readonly logFile: string;
}

type ServerInUse = RunningServer & Pick<EmbeddedPostgres, 'adopted'>;

const mebibyte = 1024 ** 2;

const settings: ServerSettings = {
  max_connections: 100,
  // The indexes of events are written all over; what does not fit is copied in and out for each row.
  shared_buffers: `${Math.floor(Math.min(1024 * mebibyte, totalmem() / 8) / mebibyte)}MB`,
  // The first change of a page after a checkpoint writes the whole page; compressing these would cost more than the rows.
  max_wal_size: '4GB',
  log_checkpoints: 'off',
};

/**
 * Starts PostgreSQL in a folder, which it makes if need be; adopts the server that a killed process left running there.
 * The server listens on loopback only and goes on when this process dies.
 * @throws {Error} with one line that says what to do
 */
export async function startEmbeddedPostgres(
  directory: string,
  { log = () => {} }: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const home = openHome(resolve(directory));
  const programs = postgresPrograms(home.folder);
  if (!existsSync(home.cluster)) {
    log(`Making a database in ${home.folder}`);
    await makeCluster(programs, home);
  }
  const { port, adopted } = runningServer(home.cluster) ? await adopt(home) : await start(programs, home);
  const url = `postgresql://${superuser}:${password(home)}@127.0.0.1:${port}/postgres`;
  await checkLogin(url, home);
  return { url, adopted, stop: () => stopServer(programs, home.cluster, 'fast') };
}

/** Whether the PostgreSQL of that folder runs now, started by whomever. */
export const embeddedPostgresRuns = (directory: string): boolean =>
  runningServer(join(resolve(directory), 'cluster')) !== undefined;

function openHome(folder: string): Home {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return {
    folder,
    cluster: join(folder, 'cluster'),
    passwordFile: join(folder, 'cluster/password'),
    logFile: join(folder, 'server.log'),
  };
}

/**
 * Made under another name first, so that `cluster` is whole or absent whatever ends this half-way. Of several processes
 * that do it at once one wins, and all use what it made.
 */
async function makeCluster(programs: PostgresPrograms, { folder, cluster }: Home): Promise<void> {
  const draft = `${cluster}.new-${randomBytes(4).toString('hex')}`;
  const draftPassword = `${draft}.password`;
  writeFileSync(draftPassword, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true });
  programs.own(draftPassword);
  try {
    await createCluster(programs, draft, draftPassword);
    renameSync(draftPassword, join(draft, 'password'));
    renameSync(draft, cluster);
  } catch (error) {
    if (!existsSync(cluster))
      throw new Error(`${folder}: PostgreSQL could not make a database here: ${explain(error)}`);
  }
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith('cluster.new'))) {
    rmSync(join(folder, name), { recursive: true, force: true, maxRetries: 10 });
  }
}

async function adopt({ cluster }: Home): Promise<ServerInUse> {
  return { ...(await waitUntilReady(cluster)), adopted: true };
}

async function start(programs: PostgresPrograms, home: Home): Promise<ServerInUse> {
  await checkVersion(programs, home);
  let port = lastPort(home.cluster) ?? (await freePort());
  for (;;) {
    try {
      const server = await startServer(programs, home.cluster, { port, logFile: home.logFile, settings });
      return { ...server, adopted: false };
    } catch (error) {
      if (runningServer(home.cluster)) return adopt(home);
      const log = error instanceof ProgramError ? error.output : '';
      if (!log.includes('Address already in use')) {
        throw new Error(`PostgreSQL does not start: ${(error as Error).message}; see ${home.logFile}`);
      }
      port = await freePort();
    }
  }
}

async function checkVersion(programs: PostgresPrograms, { cluster, folder }: Home): Promise<void> {
  const made = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  const ours = /(\d+)\./.exec(await programs.run('postgres', ['--version']))?.[1];
  if (made === ours) return;
  throw new Error(
    `${folder}: was made by PostgreSQL ${made}, this is ${ours}; pass another folder with --data, or move the data with pg_dump of PostgreSQL ${made}`,
  );
}

async function checkLogin(url: string, { passwordFile }: Home): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
  } catch (error) {
    const wrong = (error as { code?: string }).code === '28P01';
    throw wrong ? new Error(`${passwordFile}: is not the password of this database; put the right file back`) : error;
  } finally {
    await client.end();
  }
}

function password({ passwordFile, folder }: Home): string {
  if (existsSync(passwordFile)) return readFileSync(passwordFile, 'utf8').trim();
  throw new Error(`${passwordFile}: is missing; put it back, or remove ${folder} and all its data`);
}

function explain(error: unknown): string {
  const { message } = error as Error;
  return message.includes('could not look up effective user ID')
    ? `user ${process.getuid?.()} has no entry in /etc/passwd; run as one that has, or pass --database URL`
    : message;
}
