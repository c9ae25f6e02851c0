import type { ClientBase, Pool } from 'pg';
import { accessKeyHash, accessKeyRule, maskAccessKey, storedKey } from './access-key';
import type { App } from './apps';
import { AppError } from './errors';

/** An access key as it is stored. */
export interface AccessKey {
  readonly id: number;
  /** What may be shown of the key. */
  readonly mask: string;
  /** Id of its app. */
  readonly app: number;
  /** The events it may write, sorted; none means all. */
  readonly events: readonly string[];
}

export interface NewAccessKey {
  /** Id of the app. */
  readonly app: number;
  /** The key, or its digest. */
  readonly key: string;
  /** The events it may write; none means all. */
  readonly events: readonly string[];
}

const columns = 'id, mask, app, events';

/** @throws {AppError} if the key is taken or not valid, or an event cannot have one of the names */
export async function createAccessKey(
  database: Pool | ClientBase,
  { app, key, events }: NewAccessKey,
): Promise<AccessKey> {
  const stored = storedKey(key);
  if (!stored) throw new AppError(`An access key must be ${accessKeyRule}.`);
  if (!events.every(isEventName)) {
    throw new AppError('The name of an event must be 1 to 255 bytes without control characters.');
  }
  const { rows } = await database.query<AccessKey>(
    `insert into access_keys (hash, mask, app, events) values ($1, $2, $3, $4)
     on conflict (hash) do nothing returning ${columns}`,
    [stored.hash, stored.mask, app, [...new Set(events)].sort()],
  );
  if (rows[0]) return rows[0];
  throw new AppError(`The access key ${stored.mask} already exists. Aborting.`);
}

/** Control characters would break the lists of keys. */
const isEventName = (name: string): boolean =>
  name !== '' && Buffer.byteLength(name) <= 255 && !/[\p{Cc}\p{Surrogate}]/u.test(name);

/** The keys of one app or of all, in the order they were made. */
export async function listAccessKeys(database: Pool | ClientBase, app?: App): Promise<readonly AccessKey[]> {
  const { rows } = await database.query<AccessKey>(
    `select ${columns} from access_keys where $1::integer is null or app = $1 order by app, id`,
    [app?.id ?? null],
  );
  return rows;
}

/**
 * Deletes a key, which may be told by its number too: nobody can look the key itself up.
 * @throws {AppError} if there is none
 */
export async function deleteAccessKey(database: Pool | ClientBase, key: string | number): Promise<AccessKey> {
  const [condition, value] = typeof key === 'number' ? ['id = $1', key] : ['hash = $1', accessKeyHash(key)];
  const { rows } = await database.query<AccessKey>(`delete from access_keys where ${condition} returning ${columns}`, [
    value,
  ]);
  if (rows[0]) return rows[0];
  const shown = typeof key === 'number' ? `with the ID ${key}` : maskAccessKey(key);
  throw new AppError(`The access key ${shown} does not exist. Aborting.`);
}
