import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Random } from '../../../../learning/random';
import { Command } from '../../support/command';
import { type Place, signal } from '../../support/place';
import { until } from '../../support/wait';

export interface KilledImport {
  readonly place: Place;
  readonly pool: Pool;
  /** Of the database. */
  readonly url: string;
  readonly app: number;
  readonly purge: boolean;
  /** Whether the import has got all lines when it is killed, so that it may be at its end. */
  readonly complete: boolean;
  /** Whether some lines have an id of their own, which takes another way into the table. */
  readonly ownIds: boolean;
  /** Longest time between the begin and the kill, in milliseconds. */
  readonly longestPauseMs: number;
  /** @default the built product */
  readonly program?: string;
}

/** What is there after an import was killed: what was there before, all that it should make, or a mixture. */
export type Left = 'the old' | 'the new' | 'a mixture';

/** Most lines of an import. */
const mostLines = 20_000;
/** Starts an import, gives it a random number of lines, and kills it at a random moment. */
export async function killImport(options: KilledImport, random: Random): Promise<Left> {
  const { pool, app, purge, complete, ownIds, longestPauseMs } = options;
  const run = String(random.below(2 ** 31));
  const count = 1_000 + random.below(mostLines - 1_000);
  const before = await entityIds(pool, app);
  const added = Array.from({ length: count }, (_, n) => `${run}-${n}`);

  const firstOwnId = ownIds ? random.below(count) : count;
  const command = await begin(
    options,
    added.map((entityId, n) => lineOf(entityId, n >= firstOwnId)),
  );
  if (complete) command.child.stdin?.end();
  await sleep(random.below(longestPauseMs));
  signal(command.pid, 'SIGKILL');
  await command.ended;
  await until('the database has noticed', async () => (await connections(pool)) === 0);

  const after = await entityIds(pool, app);
  if (isSame(after, before)) return 'the old';
  return isSame(after, [...(purge ? [] : before), ...added].sort()) ? 'the new' : 'a mixture';
}

/** How long an import of the most lines takes when it is left alone, in milliseconds. */
export async function importMs(options: Omit<KilledImport, 'longestPauseMs'>): Promise<number> {
  const lines = Array.from({ length: mostLines }, (_, n) => lineOf(`undisturbed-${n}`, options.ownIds));
  const command = await begin(options, lines);
  const startedAt = performance.now();
  command.child.stdin?.end();
  await command.ended;
  return performance.now() - startedAt;
}

/** Starts an import, which gets these lines; resolves when it is connected to the database. */
async function begin(
  { place, pool, url, app, purge, program }: Omit<KilledImport, 'longestPauseMs'>,
  lines: readonly string[],
): Promise<Command> {
  const command = new Command({
    place,
    args: [
      ...['import', '--appid', String(app), '--input', '-', ...(purge ? ['--purge'] : [])],
      ...['--data', place.data, '--database', url],
    ],
    ...(program && { program }),
  });
  command.child.stdin?.write(lines.join(''));
  await until('the import is under way', async () => (await connections(pool)) > 0 || !command.running);
  return command;
}

const lineOf = (entityId: string, ownId: boolean): string =>
  `${JSON.stringify({ event: 'test', entityType: 'thing', entityId, ...(ownId && { eventId: entityId }) })}\n`;

async function entityIds(pool: Pool, app: number): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>('select entity_id as id from events where app = $1', [app]);
  return rows.map(({ id }) => id).sort();
}

/** Connections to this database that are not those of the pool itself. */
async function connections(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where datname = current_database() and application_name like 'modelapp%'`,
  );
  return rows[0]?.count ?? 0;
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((value, n) => value === b[n]);
