import { requireApp } from '../../../service/events/apps/apps';
import { createChannel, deleteChannel, requireChannel } from '../../../service/events/apps/channels';
import type { PlaceOptions } from '../../settings';
import { inEvents } from './open-events';
import { type Answers, confirmed, forceOption } from './terminal/confirm';
import type { PioCommand } from './terminal/pio-command';
import { print } from './terminal/print';

interface DeleteOptions extends PlaceOptions {
  readonly force?: boolean;
}

/** Adds the verbs of `modelapp app` for channels. */
export function addChannelVerbs(
  verb: (name: string, description: string, example: string) => PioCommand,
  answers: Answers,
): void {
  verb('channel-new', 'make a channel of an app', 'channel-new MyShop mobile')
    .argument('<name>', 'name of the app')
    .argument('<channel>', 'name of the channel, 1 to 16 letters, digits and -')
    .does((name: string, channelName: string, options: PlaceOptions) =>
      inEvents(options, async ({ pool }) => {
        const app = await requireApp(pool, name);
        const channel = await createChannel(pool, app, channelName);
        print(
          'Created new channel:',
          `    Channel Name: ${channel.name}`,
          `      Channel ID: ${channel.id}`,
          `          App ID: ${app.id}`,
        );
      }),
    );

  verb('channel-delete', 'delete a channel with its events', 'channel-delete MyShop mobile')
    .argument('<name>', 'name of the app')
    .argument('<channel>', 'name of the channel')
    .addOption(forceOption())
    .does((name: string, channelName: string, options: DeleteOptions) =>
      inEvents(options, async ({ pool }) => {
        const app = await requireApp(pool, name);
        const channel = await requireChannel(pool, app, channelName);
        const what = `The channel ${channel.name} (ID ${channel.id}) of the app ${name} will be deleted with its events.`;
        if (!(await confirmed(what, options, answers))) return;
        await deleteChannel(pool, app, channel);
        print(`Deleted channel: ${channel.name}.`);
      }),
    );
}
