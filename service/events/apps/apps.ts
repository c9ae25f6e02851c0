import { type ClientBase, DatabaseError, type Pool } from 'pg';
import { transaction } from '../../database/transaction';
import { createAccessKey } from './access-keys';
import { AppError } from './errors';

/** The owner of events; those of different apps have nothing to do with each other. */
export interface App {
  readonly id: number;
  readonly name: string;
  /** Empty if there is none. */
  readonly description: string;
}

export interface NewApp {
  readonly name: string;
  readonly description?: string | undefined;
  /** @default the next that is free */
  readonly id?: number | undefined;
  /** Its first key, which may write all events. */
  readonly accessKey: string;
}

const columns = `id, name, coalesce(description, '') as description`;

/**
 * Makes an app and its first key, both or neither.
 * @throws {AppError} if name, id or key are taken or not valid
 */
export async function createApp(pool: Pool, { name, description, id, accessKey }: NewApp): Promise<App> {
  checkName(name);
  return transaction(pool, async (client) => {
    if (await findApp(client, name)) throw nameTaken(name);
    const app = await insertApp(client, name, description, id);
    await createAccessKey(client, { app: app.id, key: accessKey, events: [] });
    return app;
  });
}

function checkName(name: string): void {
  if (name === '' || Buffer.byteLength(name) > 255 || /[\p{Cc}\p{Surrogate}]/u.test(name)) {
    throw new AppError('The name of an app must be 1 to 255 bytes without control characters.');
  }
}

async function insertApp(
  client: ClientBase,
  name: string,
  description: string | undefined,
  id: number | undefined,
): Promise<App> {
  // The sequence knows nothing of ids that users chose: it goes on until one is free.
  for (;;) {
    const [idColumn, idValue] = id === undefined ? ['', ''] : ['id, ', '$3, '];
    const { rows } = await client
      .query<App>(
        `insert into apps (${idColumn}name, description) values (${idValue}$1, $2)
         on conflict (id) do nothing returning ${columns}`,
        [name, description ?? null, ...(id === undefined ? [] : [id])],
      )
      .catch((error) => {
        throw error instanceof DatabaseError && error.code === '23505' ? nameTaken(name) : error;
      });
    if (rows[0]) return rows[0];
    if (id !== undefined) throw await idTaken(client, id);
  }
}

const nameTaken = (name: string) => new AppError(`App ${name} already exists. Aborting.`);

async function idTaken(client: ClientBase, id: number): Promise<AppError> {
  const owner = await findAppById(client, id);
  return new AppError(`App ID ${id} already exists and maps to the app '${owner?.name ?? ''}'. Aborting.`);
}

/** All apps by name. */
export async function listApps(database: Pool | ClientBase): Promise<readonly App[]> {
  return (await database.query<App>(`select ${columns} from apps order by name`)).rows;
}

/** Undefined if there is no app of that name. */
export async function findApp(database: Pool | ClientBase, name: string): Promise<App | undefined> {
  return (await database.query<App>(`select ${columns} from apps where name = $1`, [name])).rows[0];
}

export async function findAppById(database: Pool | ClientBase, id: number): Promise<App | undefined> {
  return (await database.query<App>(`select ${columns} from apps where id = $1`, [id])).rows[0];
}

/** @throws {AppError} if there is no app of that name */
export async function requireApp(database: Pool | ClientBase, name: string): Promise<App> {
  const app = await findApp(database, name);
  if (app) return app;
  throw new AppError(`App ${name} does not exist. Aborting.`);
}

/** Deletes an app with its channels, keys and events. */
export async function deleteApp(pool: Pool, app: App): Promise<void> {
  await transaction(pool, async (client) => {
    await lockApp(client, app);
    await client.query('delete from events where app = $1', [app.id]);
    await client.query('delete from apps where id = $1', [app.id]);
  });
}

/**
 * Deletes the events of an app.
 * @param channel the only one to empty, 0 for the default channel; all of them if undefined
 */
export async function deleteEvents(pool: Pool, app: App, channel: number | undefined): Promise<void> {
  await transaction(pool, async (client) => {
    await lockApp(client, app);
    await client.query('delete from events where app = $1 and ($2::integer is null or channel = $2)', [
      app.id,
      channel ?? null,
    ]);
  });
}

/** Waits for those who store events, and lets nobody store more until the transaction ends. */
export async function lockApp(client: ClientBase, { id, name }: App): Promise<void> {
  const { rowCount } = await client.query('select from apps where id = $1 for update', [id]);
  if (rowCount === 0) throw new AppError(`App ${name} does not exist. Aborting.`);
}
