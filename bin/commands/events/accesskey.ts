import type { Pool } from 'pg';
import { generateAccessKey } from '../../../service/events/apps/access-key';
import { createAccessKey, deleteAccessKey, listAccessKeys } from '../../../service/events/apps/access-keys';
import { requireApp } from '../../../service/events/apps/apps';
import { CommandError } from '../../failure';
import { type PlaceOptions, parseWholeNumber, withPlaceOptions } from '../../settings';
import { allowedEvents } from './app';
import { inEvents } from './open-events';
import { PioCommand } from './terminal/pio-command';
import { print } from './terminal/print';

interface NewOptions extends PlaceOptions {
  readonly key?: string;
}

interface DeleteOptions extends PlaceOptions {
  readonly id?: string;
}

/** `modelapp accesskey`: the keys that write and read events. */
export function accessKeyCommand(): PioCommand {
  const command = new PioCommand('accesskey')
    .description('make, list and delete the keys to the events of apps')
    .addHelpText('after', '\nExample:\n  modelapp accesskey new MyShop view buy');
  const verb = (name: string, description: string, example: string) => {
    const added = command.command(name) as PioCommand;
    added.description(description).addHelpText('after', `\nExample:\n  modelapp accesskey ${example}`);
    withPlaceOptions(added);
    return added;
  };

  verb('new', 'make a key of an app', 'new MyShop view buy')
    .argument('<app>', 'name of the app')
    .argument('[events...]', 'the events that it may write (default: all)')
    .option('--key <key>', 'the key, 1 to 64 of A-Z a-z 0-9 _ . ~ - (default: a random one)')
    .does((appName: string, events: string[], options: NewOptions) =>
      inEvents(options, async ({ pool }) => {
        const app = await requireApp(pool, appName);
        const { key = generateAccessKey() } = options;
        await createAccessKey(pool, { app: app.id, key, events });
        print(`Created new access key: ${key}`);
      }),
    );

  verb('list', 'list the keys of one app or of all', 'list MyShop')
    .argument('[app]', 'name of the app')
    .does((appName: string | undefined, options: PlaceOptions) => inEvents(options, ({ pool }) => list(pool, appName)));

  verb('delete', 'delete a key', 'delete --id 3')
    .argument('[key]', 'the key')
    .option('--id <number>', 'the number of the key, as `accesskey list` shows it')
    .does(async (key: string | undefined, options: DeleteOptions) => {
      const which = whichKey(key, options.id);
      await inEvents(options, async ({ pool }) => {
        const { mask } = await deleteAccessKey(pool, which);
        print(`Deleted access key ${mask}.`);
      });
    });

  return command;
}

async function list(pool: Pool, appName: string | undefined): Promise<void> {
  const keys = await listAccessKeys(pool, appName === undefined ? undefined : await requireApp(pool, appName));
  print(row('Access Key(s)', 'App ID', 'Allowed Event(s)', 'Key ID'));
  for (const key of keys) print(row(key.mask, key.app, allowedEvents(key), key.id));
  print(`Finished listing ${keys.length} access key(s).`);
}

const row = (key: string, app: string | number, events: string, id: string | number): string =>
  `${key.padStart(64)} | ${String(app).padStart(6)} | ${events} | ${id}`;

function whichKey(key: string | undefined, id: string | undefined): string | number {
  if (key !== undefined && id === undefined) return key;
  if (key === undefined && id !== undefined) return parseWholeNumber('--id', id, 1, 2 ** 31 - 1);
  throw new CommandError('pass either the key or --id');
}
