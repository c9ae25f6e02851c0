import { Command } from 'commander';
import { type PlaceOptions, withPlaceOptions } from '../../settings';
import { type OpenContext, openContext } from '../context';

const help = `
Variables:
  PIO_TRAIN_ON_RELEASE=false    do nothing
  PIO_OPTS                      options of modelapp train: --variant, --if-better-than, --better-than-active, --no-activate
  DATABASE_URL                  the database, for which --database and MODELAPP_DATABASE_URL are trained with if they are set
  PIO_EVENTSERVER_APP_NAME      the app whose events are loaded
  PIO_EVENTSERVER_ACCESS_KEY    its key, with which it is made the first time
  PIO_PURGE_EVENTS_ON_SYNC=true data/sync-events.json replaces the events that are there

Files: data/initial-events.json, data/create-initial-events, data/sync-events.json, data/create-sync-events

Example:
  DATABASE_URL=postgres://user:password@host/name PIO_EVENTSERVER_APP_NAME=shop modelapp release`;

/**
 * `modelapp release`: the step of a release that loads events and trains all models.
 * @param open where models are kept; the settings' place by default
 */
export function releaseCommand(open: OpenContext = openContext): Command {
  const command = new Command('release')
    .description('load the events that the project brings, then train all models')
    .addHelpText('after', help);
  return withPlaceOptions(command).action(async (options: PlaceOptions) => {
    const { release } = await import('../../release/release');
    await release(open, options, process.env);
  });
}
