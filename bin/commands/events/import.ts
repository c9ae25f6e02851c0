import { readEventLines } from '../../../service/events/transfer/event-lines';
import { importEvents } from '../../../service/events/transfer/import-events';
import { CommandError } from '../../failure';
import { interruptible } from '../../interruption';
import { type PlaceOptions, withPlaceOptions } from '../../settings';
import { type EventPlaceOptions, placeOfEvents, withEventPlace } from './event-place';
import { inEvents } from './open-events';
import { PioCommand } from './terminal/pio-command';
import { print, printWarning } from './terminal/print';
import { Progress } from './terminal/progress';

interface ImportCommandOptions extends PlaceOptions, EventPlaceOptions {
  readonly input: string;
  readonly skipErrors?: boolean;
  readonly purge?: boolean;
}

const example = `
Examples:
  modelapp import --appid 1 --input events.json
  zcat events.json.gz | modelapp import --appid 1 --input -`;

/** `modelapp import`: events from JSON lines into an app, all or nothing. */
export const importCommand = (): PioCommand => {
  const command = new PioCommand('import');
  withEventPlace(command)
    .description('store events from JSON lines, all of them or none')
    .requiredOption('--input <path>', 'a file, a folder of part-*, or - for standard input')
    .option('--skip-errors', 'report bad lines and store the others')
    .option('--purge', 'delete the events that are not in the input, in the same transaction');
  withPlaceOptions(command).addHelpText('after', example);
  return command.does((options: ImportCommandOptions) =>
    inEvents(options, async ({ pool }) => {
      const place = await placeOfEvents(pool, options);
      const { input, skipErrors = false, purge = false } = options;
      const progress = new Progress('imported');
      const { stored, repeated, skipped, deleted } = await interruptible((signal) =>
        importEvents({
          pool,
          place,
          lines: readEventLines(input, { signal }),
          skipErrors,
          purge,
          signal,
          onSkipped: printWarning,
          onProgress: (events) => progress.tell(events),
        }),
      );
      print(`${stored} event(s) stored, ${repeated} there already, ${skipped} line(s) skipped, ${deleted} deleted.`);
      if (skipped > 0 && stored + repeated === 0) throw new CommandError('no line is good; nothing was stored');
      print('Events are imported.', 'Done.');
    }),
  );
};
