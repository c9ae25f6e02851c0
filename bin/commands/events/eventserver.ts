import { setTimeout as sleep } from 'node:timers/promises';
import { Environment } from '../../../config/environment';
import { type EventServer, startEventServer } from '../../../service/events/event-server';
import { Lifecycle } from '../../../service/lifecycle';
import { createLogger } from '../../../service/logging';
import { Metrics } from '../../../service/metrics/metrics';
import type { DatabaseSettings } from '../../../service/processes/messages';
import { Interruption } from '../../interruption';
import { checkPort } from '../../local/check-port';
import { serviceUrl } from '../../local/service-url';
import { type PlaceOptions, parseWholeNumber, readSettings, type Settings, withPlaceOptions } from '../../settings';
import { openPlace } from '../context';
import { prepareEvents } from './open-events';
import { PioCommand } from './pio-command';
import { print, printWarning } from './print';

interface ServerOptions extends PlaceOptions {
  readonly ip?: string;
  readonly port?: string;
}

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
    await checkPort(host, port);
    const interruption = new Interruption();
    const { database, close } = await openPlace(settings);
    try {
      // The server itself waits for a database that is away.
      await prepareEvents(database).catch((error: Error) => printWarning(error.message));
      await serve(settings, database, { host, port }, interruption);
    } finally {
      await close();
    }
  });
};

/** Serves until a signal arrives, and then finishes the requests that are open. */
async function serve(
  { config, version }: Settings,
  database: DatabaseSettings,
  address: { readonly host: string; readonly port: number },
  interruption: Interruption,
): Promise<void> {
  const lifecycle = new Lifecycle();
  const metrics = new Metrics(version);
  const server = await startEventServer({
    config: config.events,
    http: config.http,
    version,
    database,
    ...address,
    lifecycle,
    metrics,
    collectMetrics: () => metrics.registry.metrics(),
    logger: createLogger(),
  });
  lifecycle.started();
  print(`Event Server listens at ${serviceUrl(server.host, server.port)}; Ctrl-C stops it`);
  await interruption.wait();
  lifecycle.drain();
  await closeInTime(server, config.http.closeMs);
}

async function closeInTime({ server, closeDatabase }: EventServer, closeMs: number): Promise<void> {
  const limit = new AbortController();
  const cut = sleep(closeMs, undefined, { signal: limit.signal }).then(
    () => server.server.closeAllConnections(),
    () => {},
  );
  await server.close();
  limit.abort();
  await cut;
  await closeDatabase();
}
