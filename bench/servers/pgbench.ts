import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { EventDatabase } from '../events/event-database';

/** What one run of pgbench did. */
export interface InsertRun {
  readonly rowsPerSecond: number;
}

/** The row that the event server makes of an event of the benchmark, in an app of its own. */
const script = `\\set who random(0, 9999)
\\set what random(0, 999)
insert into events (
  app, event_id, event, entity_type, entity_id, target_entity_type, target_entity_id, properties, event_time,
  event_offset_minutes, created_at
) values (
  2, replace(gen_random_uuid()::text, '-', ''), 'buy', 'user', 'u' || :who, 'item', 'i' || :what,
  '{"price":12.5,"quantity":2}', now(), 0, now()
);
`;

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
  readonly database: EventDatabase;
  /** For the script. */
  readonly folder: string;
  readonly clients: number;
  readonly seconds: number;
}

/** Inserts single rows into the table of events, each in a transaction of its own. */
export async function insertWithPgbench({ database, folder, clients, seconds }: InsertOptions): Promise<InsertRun> {
  const file = join(folder, 'insert.sql');
  writeFileSync(file, script);
  const duration = String(Math.max(1, Math.round(seconds)));
  const threads = String(Math.min(2, clients));
  const options = ['--no-vacuum', '--protocol=prepared', `--client=${clients}`, `--jobs=${threads}`];
  const pgbench = spawn('pgbench', [...options, `--time=${duration}`, `--file=${file}`, database.url], {
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
