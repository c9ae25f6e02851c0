import { Environment } from '../../../config/environment';
import { createLogger } from '../../../service/logging';
import { Interruption } from '../../interruption';
import { checkPort } from '../../local/check-port';
import { type EventServerRun, runEventServer } from '../../local/run-event-server';
import { serviceUrl } from '../../local/service-url';
import { type PlaceOptions, parseWholeNumber, readSettings, withPlaceOptions } from '../../settings';
import { openPlace } from '../context';
import { prepareEvents } from './open-events';
import { PioCommand } from './terminal/pio-command';
import { print, printWarning } from './terminal/print';

interface ServerOptions extends PlaceOptions {
  readonly ip?: string;
  readonly port?: string;
}

const onListening: EventServerRun['onListening'] = ({ host, port }) =>
  print(`Event Server listens at ${serviceUrl(host, port)}; Ctrl-C stops it`);

/** `modelapp eventserver`: the event server alone; `modelapp start` runs it beside the inference service. */
export const eventServerCommand = (): PioCommand => {
  const command = new PioCommand('eventserver');
  command
    .description('run the event server alone; `modelapp start` has one already')
    .option('--ip <address>', `address to listen on (default: events.host, ${Environment.host} or 127.0.0.1)`)
    .option('--port <number>', 'port to listen on (default: events.port, 7070 if not configured)')
    .option('--stats', 'changes nothing: /stats.json is always on');
  withPlaceOptions(command).addHelpText('after', '\nExample:\n  modelapp eventserver --ip 0.0.0.0');
  return command.does(async (options: ServerOptions) => {
    const settings = await readSettings(options);
    const { events } = settings.config;
    const host = options.ip || events.host || process.env[Environment.host] || '127.0.0.1';
    const port = options.port === undefined ? events.port : parseWholeNumber('--port', options.port, 0, 65_535);
    print(`Creating Event Server at ${host}:${port}`);
    await checkPort(host, port, { host: '--ip', port: '--port' });
    const interruption = new Interruption();
    const { database, close } = await openPlace(settings);
    try {
      // The server itself waits for a database that is away.
      await prepareEvents(database).catch((error: Error) => printWarning(error.message));
      const run = { host, port, database, logger: createLogger(), drainMs: 0, onListening };
      await runEventServer(settings, run, interruption);
    } finally {
      await close();
      interruption.release();
    }
  });
};
