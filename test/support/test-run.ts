import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTestServer } from './postgres-server';

/** Tells the processes of one test run which folder they share. */
const variable = 'MODELAPP_TEST_RUN';
const prefix = 'modelapp-tests-';

/** Opens a test run. The server starts when a test asks for it first, so that a run without one pays nothing. */
export function openRun(): void {
  removeRunsOfTheDead();
  process.env[variable] = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
}

/** Ends a test run: kills the server, whose data nobody wants, and removes its folder. */
export function closeRun(): void {
  removeRun(runFolder());
}

/** The address of the server of this run; the first caller starts it and the others wait. */
export async function sharedServerUrl(): Promise<string> {
  const folder = runFolder();
  const address = join(folder, 'url');
  if (isFirst(folder)) {
    const home = join(folder, 'server');
    mkdirSync(home);
    try {
      const { url } = await openTestServer(home);
      writeFileSync(`${address}.new`, url);
    } catch (error) {
      writeFileSync(join(folder, 'failed'), (error as Error).message);
      throw error;
    }
    renameSync(`${address}.new`, address);
  }
  while (!existsSync(address)) {
    if (existsSync(join(folder, 'failed'))) throw new Error(readFileSync(join(folder, 'failed'), 'utf8'));
    await sleep(50);
  }
  return readFileSync(address, 'utf8');
}

/** A folder that goes away with this test run. */
export function runFolder(): string {
  const folder = process.env[variable];
  if (!folder) throw new Error(`${variable} is not set: tests need the global setup of jest.config.mjs`);
  return folder;
}

function isFirst(folder: string): boolean {
  try {
    mkdirSync(join(folder, 'starting'));
    return true;
  } catch {
    return false;
  }
}

/** A run that was killed could not tidy up after itself. */
function removeRunsOfTheDead(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(tmpdir(), name);
    const pid = Number(name.slice(prefix.length).split('-')[0]);
    if (!existsSync(`/proc/${pid}`) && statSync(folder).uid === process.getuid?.()) removeRun(folder);
  }
}

function removeRun(folder: string): void {
  const lock = join(folder, 'server/data/postmaster.pid');
  // SIGQUIT ends all processes of the server at once.
  if (existsSync(lock)) kill(Number(readFileSync(lock, 'utf8').split('\n')[0]), 'SIGQUIT');
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
}

function kill(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
