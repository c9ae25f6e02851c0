import type { ClientBase, Pool } from 'pg';
import { transaction } from '../../database/transaction';
import { type App, lockApp } from './apps';
import { AppError } from './errors';

/** A part of an app's events that is written and read by its name. */
export interface Channel {
  readonly id: number;
  readonly name: string;
}

/**
 * Makes a channel.
 * @throws {AppError} if the name is taken or not valid
 */
export async function createChannel(database: Pool | ClientBase, app: App, name: string): Promise<Channel> {
  if (!/^[A-Za-z0-9-]{1,16}$/.test(name)) {
    throw new AppError(
      `The channel name ${name} is invalid.\nOnly alphanumeric and - characters are allowed and max length is 16.`,
    );
  }
  const { rows } = await database.query<Channel>(
    'insert into channels (app, name) values ($1, $2) on conflict (app, name) do nothing returning id, name',
    [app.id, name],
  );
  if (rows[0]) return rows[0];
  throw new AppError(`Channel ${name} already exists.`);
}

/** The channels of an app by name, without the default channel, which has none. */
export async function listChannels(database: Pool | ClientBase, app: App): Promise<readonly Channel[]> {
  const { rows } = await database.query<Channel>('select id, name from channels where app = $1 order by name', [
    app.id,
  ]);
  return rows;
}

/** @throws {AppError} if the app has no such channel */
export async function requireChannel(database: Pool | ClientBase, app: App, name: string): Promise<Channel> {
  const { rows } = await database.query<Channel>('select id, name from channels where app = $1 and name = $2', [
    app.id,
    name,
  ]);
  if (rows[0]) return rows[0];
  throw new AppError(`Channel ${name} doesn't exist.`);
}

/** Deletes a channel with its events. */
export async function deleteChannel(pool: Pool, app: App, channel: Channel): Promise<void> {
  await transaction(pool, async (client) => {
    await lockApp(client, app);
    await client.query('delete from events where app = $1 and channel = $2', [app.id, channel.id]);
    await client.query('delete from channels where app = $1 and id = $2', [app.id, channel.id]);
  });
}
