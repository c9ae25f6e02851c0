import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signalPostgres } from './postgres/postgres-processes';

/** Tells the processes of one test run which folder they share. */
const variable = 'MODELAPP_TEST_RUN';
const prefix = 'modelapp-tests-';

/** Opens a test run. */
export function openRun(): void {
  removeRunsOfTheDead();
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  // PostgreSQL, which never runs as root, must get through.
  chmodSync(folder, 0o711);
  process.env[variable] = folder;
}

/** Ends a test run: kills the servers in its folder, whose data nobody wants, and removes it. */
export function closeRun(): void {
  removeRun(runFolder());
}

/** A folder that goes away with this test run. */
export function runFolder(): string {
  const folder = process.env[variable];
  if (!folder) throw new Error(`${variable} is not set: tests need the global setup of jest.config.mjs`);
  return folder;
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
  for (const name of readdirSync(folder)) {
    const lock = join(folder, name, 'data/postmaster.pid');
    if (existsSync(lock)) signalPostgres(Number(readFileSync(lock, 'utf8').split('\n')[0]), 'SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
}
