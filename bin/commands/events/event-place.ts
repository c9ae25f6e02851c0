import type { Command } from 'commander';
import type { Pool } from 'pg';
import { findAppById } from '../../../service/events/apps/apps';
import { requireChannel } from '../../../service/events/apps/channels';
import type { Place } from '../../../service/events/store/new-event';
import { CommandError } from '../../failure';
import { parseWholeNumber } from '../../settings';

/** Options that say whose events are meant. */
export interface EventPlaceOptions {
  readonly appid: string;
  readonly channel?: string;
}

/** Adds `--appid` and `--channel`. */
export const withEventPlace = <C extends Command>(command: C): C =>
  command
    .requiredOption('--appid <number>', 'ID of the app')
    .option('--channel <name>', 'name of the channel (default: the events of no channel)');

/** @throws {CommandError | AppError} if there is no such app or channel */
export async function placeOfEvents(pool: Pool, options: EventPlaceOptions): Promise<Place> {
  const id = parseWholeNumber('--appid', options.appid, 1, 2 ** 31 - 1);
  const app = await findAppById(pool, id);
  if (!app) throw new CommandError(`App ID ${id} does not exist. Aborting.`);
  if (options.channel === undefined) return { app: id, channel: 0 };
  return { app: id, channel: (await requireChannel(pool, app, options.channel)).id };
}
