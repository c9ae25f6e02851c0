import type { Pool } from 'pg';
import { generateAccessKey } from '../../../service/events/apps/access-key';
import { type AccessKey, listAccessKeys } from '../../../service/events/apps/access-keys';
import { type App, createApp, deleteApp, deleteEvents, listApps, requireApp } from '../../../service/events/apps/apps';
import { listChannels, requireChannel } from '../../../service/events/apps/channels';
import { CommandError } from '../../failure';
import { type PlaceOptions, parseWholeNumber, withPlaceOptions } from '../../settings';
import { addChannelVerbs } from './app-channels';
import { inEvents } from './open-events';
import { type Answers, confirmed, forceOption } from './terminal/confirm';
import { PioCommand } from './terminal/pio-command';
import { print } from './terminal/print';

interface NewOptions extends PlaceOptions {
  readonly id?: string;
  readonly description?: string;
  readonly accessKey?: string;
}

interface DeleteOptions extends PlaceOptions {
  readonly force?: boolean;
  readonly channel?: string;
  readonly all?: boolean;
}

/**
 * `modelapp app`: the apps that own events.
 * @param answers where the answers to questions come from; the process's own input by default
 */
export function appCommand(answers: Answers = process): PioCommand {
  const command = new PioCommand('app')
    .description('make, show and delete the apps that own events')
    .addHelpText('after', '\nExample:\n  modelapp app new MyShop');
  const verb = (name: string, description: string, example: string) => {
    const added = command.command(name) as PioCommand;
    added.description(description).addHelpText('after', `\nExample:\n  modelapp app ${example}`);
    withPlaceOptions(added);
    return added;
  };

  verb('new', 'make an app and its first access key', "new --description 'The shop' MyShop")
    .argument('<name>', 'name of the app')
    .option('--id <number>', 'its ID (default: the next that is free)')
    .option('--description <text>', 'what it is for')
    .option('--access-key <key>', 'its key, 1 to 64 of A-Z a-z 0-9 _ . ~ - (default: a random one)')
    .does(newApp);

  verb('list', 'list all apps and their keys', 'list').does((options: PlaceOptions) =>
    inEvents(options, ({ pool }) => list(pool)),
  );

  verb('show', 'show an app, its keys and channels', 'show MyShop')
    .argument('<name>', 'name of the app')
    .does((name: string, options: PlaceOptions) => inEvents(options, ({ pool }) => show(pool, name)));

  verb('delete', 'delete an app with all its channels, keys and events', 'delete MyShop')
    .argument('<name>', 'name of the app')
    .addOption(forceOption())
    .does((name: string, options: DeleteOptions) =>
      inEvents(options, async ({ pool }) => {
        const app = await requireApp(pool, name);
        const what = `The app ${name} (ID ${app.id}) will be deleted with all its channels, keys and events.`;
        if (!(await confirmed(what, options, answers))) return;
        await deleteApp(pool, app);
        print(`Removed Event Store for this app ID: ${app.id}`, `Deleted app ${name}.`, 'Done.');
      }),
    );

  verb('data-delete', 'delete the events of an app', 'data-delete MyShop --channel mobile')
    .argument('<name>', 'name of the app')
    .option('--channel <name>', 'those of this channel (default: those of no channel)')
    .option('--all', 'those of all channels')
    .addOption(forceOption())
    .does((name: string, options: DeleteOptions) =>
      inEvents(options, async ({ pool }) => {
        const app = await requireApp(pool, name);
        const { channel, what } = await whatToEmpty(pool, app, options);
        if (!(await confirmed(`${what} of the app ${name} (ID ${app.id}) will be deleted.`, options, answers))) return;
        await deleteEvents(pool, app, channel);
        print(
          `Removed Event Store for the app ID: ${app.id}`,
          `Initialized Event Store for the app ID: ${app.id}`,
          'Done.',
        );
      }),
    );

  addChannelVerbs(verb, answers);
  return command;
}

async function newApp(name: string, options: NewOptions): Promise<void> {
  const { description, accessKey = generateAccessKey() } = options;
  const id = options.id === undefined ? undefined : parseWholeNumber('--id', options.id, 1, 2 ** 31 - 1);
  await inEvents(options, async ({ pool }) => {
    const app = await createApp(pool, { name, description, id, accessKey });
    print(
      `Initialized Event Store for this app ID: ${app.id}.`,
      'Created a new app:',
      `      Name: ${app.name}`,
      `        ID: ${app.id}`,
      `Access Key: ${accessKey}`,
    );
  });
}

async function list(pool: Pool): Promise<void> {
  const apps = await listApps(pool);
  const keys = await listAccessKeys(pool);
  print(row('Name', 'ID', 'Access Key', 'Allowed Event(s)'));
  for (const { id, name } of apps) {
    const own = keys.filter((key) => key.app === id);
    for (const key of own) print(row(name, id, key.mask, allowedEvents(key)));
    if (own.length === 0) print(row(name, id, '(none)', '(none)'));
  }
  print(`Finished listing ${apps.length} app(s).`);
}

const row = (name: string, id: string | number, key: string, events: string): string =>
  `${name.padStart(20)} | ${String(id).padStart(4)} | ${key.padStart(64)} | ${events}`;

/** The events that a key may write, for people. */
export const allowedEvents = ({ events }: AccessKey): string => (events.length === 0 ? '(all)' : events.join(','));

async function show(pool: Pool, name: string): Promise<void> {
  const app = await requireApp(pool, name);
  print(`    App Name: ${app.name}`, `      App ID: ${app.id}`, ` Description: ${app.description}`);
  const keys = await listAccessKeys(pool, app);
  keys.forEach((key, index) => {
    print(`${(index === 0 ? 'Access Key: ' : '').padStart(14)}${key.mask} | ${allowedEvents(key)}`);
  });
  const channels = await listChannels(pool, app);
  if (channels.length > 0) print('    Channels:     Channel Name | Channel ID ');
  for (const channel of channels) {
    print(`${''.padStart(14)}${channel.name.padStart(16)} | ${String(channel.id).padStart(10)}`);
  }
}

/** Which channel to empty, undefined for all of them. */
async function whatToEmpty(
  pool: Pool,
  app: App,
  { channel, all }: DeleteOptions,
): Promise<{ readonly channel: number | undefined; readonly what: string }> {
  if (all && channel !== undefined) throw new CommandError('pass either --channel or --all, not both');
  if (all) return { channel: undefined, what: 'All events' };
  if (channel === undefined) return { channel: 0, what: 'The events of the default channel' };
  const { id } = await requireChannel(pool, app, channel);
  return { channel: id, what: `The events of the channel ${channel} (ID ${id})` };
}
