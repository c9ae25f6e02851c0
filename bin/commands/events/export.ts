import { Option } from 'commander';
import { type ExportFormat, exportEvents, exportFormats } from '../../../service/events/transfer/export-events';
import { interruptible } from '../../interruption';
import { type PlaceOptions, withPlaceOptions } from '../../settings';
import { type EventPlaceOptions, placeOfEvents, withEventPlace } from './event-place';
import { inEvents } from './open-events';
import { PioCommand } from './terminal/pio-command';
import { print } from './terminal/print';
import { Progress } from './terminal/progress';

interface ExportCommandOptions extends PlaceOptions, EventPlaceOptions {
  readonly output: string;
  readonly format: ExportFormat;
}

/** `modelapp export`: the events of an app as files. */
export const exportCommand = (): PioCommand => {
  const command = new PioCommand('export');
  withEventPlace(command)
    .description('write the events of an app into a new folder, in order of time')
    .requiredOption('--output <folder>', 'the folder to make; it appears when all is written')
    .addOption(new Option('--format <format>', 'of the files').choices(exportFormats).default('json'));
  withPlaceOptions(command).addHelpText('after', '\nExample:\n  modelapp export --appid 1 --output events-of-may');
  return command.does((options: ExportCommandOptions) =>
    inEvents(options, async ({ pool }) => {
      const place = await placeOfEvents(pool, options);
      const { output, format } = options;
      const progress = new Progress('exported');
      const count = await interruptible((signal) =>
        exportEvents({ pool, place, output, format, signal, onProgress: (events) => progress.tell(events) }),
      );
      print(`${count} event(s) written.`, `Events are exported to ${output.replace(/\/+$/, '')}/.`, 'Done.');
    }),
  );
};
