import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** What one run of pgbench did. */
export interface InsertRun {
  readonly rowsPerSecond: number;
}

/** Installs pgbench through apt-get if it is absent. */
export function installPgbench(): void {
  const works = () => spawnSync('pgbench', ['--version']).status === 0;
  if (works()) return;
  const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '--non-interactive'];
  for (const step of [['update'], ['install', '--yes', '--no-install-recommends', 'postgresql-client']]) {
    const [program, ...args] = [...asRoot, 'apt-get', ...step];
    execFileSync(program as string, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  if (!works()) throw new Error('pgbench cannot be installed; run: apt-get install postgresql-client');
}

export interface InsertOptions {
  readonly url: string;
  /** Inserts one row, in the language of pgbench. */
  readonly script: string;
  /** For the script. */
  readonly folder: string;
  readonly clients: number;
  readonly seconds: number;
}

/** Inserts single rows, each in a transaction of its own. */
export async function insertWithPgbench({ url, script, folder, clients, seconds }: InsertOptions): Promise<InsertRun> {
  const file = join(folder, 'insert.sql');
  writeFileSync(file, script);
  const duration = String(Math.max(1, Math.round(seconds)));
  const threads = String(Math.min(2, clients));
  const options = ['--no-vacuum', '--protocol=prepared', `--client=${clients}`, `--jobs=${threads}`];
  const pgbench = spawn('pgbench', [...options, `--time=${duration}`, `--file=${file}`, url], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [printed, complaint, [code]] = await Promise.all([
    text(pgbench.stdout),
    text(pgbench.stderr),
    once(pgbench, 'close'),
  ]);
  const rate = /^tps = ([\d.]+)/m.exec(printed)?.[1];
  if (code !== 0 || rate === undefined) throw new Error(`pgbench failed:\n${complaint}${printed}`);
  return { rowsPerSecond: Number(rate) };
}
