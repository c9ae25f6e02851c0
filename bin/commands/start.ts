import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { Environment, Port } from '../../config/environment';
import { keyFile } from '../../service/auth/generated-keys';
import type { ListenAddress } from '../../service/processes/messages';
import { CommandError, ExitCode } from '../failure';
import { InterruptedError, Interruption } from '../interruption';
import { checkPort } from '../local/check-port';
import { lockDataDirectory } from '../local/data-directory';
import { connect, openDatabase } from '../local/open-database';
import { openInstance } from '../local/open-instance';
import { prepareDatabase } from '../local/prepare-database';
import { sampleOf } from '../local/sample';
import { serviceUrl } from '../local/service-url';
import { trainMissing } from '../local/train-missing';
import { welcome } from '../local/welcome';
import { type PlaceOptions, parseWholeNumber, readSettings, type Settings, withPlaceOptions } from '../settings';

interface StartOptions extends PlaceOptions {
  readonly host: string;
  readonly port: string;
  readonly eventsPort?: string;
  readonly processes: string;
}

const example = `
Examples:
  modelapp start
  modelapp start --port 8081 --data /srv/modelapp --processes 1
  modelapp start --host 0.0.0.0 --database postgres://modelapp:secret@db.internal/modelapp`;

/** `modelapp start`: everything on this machine, from an empty folder to a service that answers. */
export const startCommand = (): Command =>
  withPlaceOptions(new Command('start'))
    .description('start the database, train what has no model yet, and serve')
    .option('--host <address>', 'address to listen on; other than loopback needs keys', '127.0.0.1')
    .option('--port <number>', 'port of the service', String(Port.inference))
    .option('--events-port <number>', 'port of the event server (default: events.port, 7070 if not configured)')
    .option('--processes <number>', 'request processes', String(availableParallelism()))
    .addHelpText('after', example)
    .action(async (options: StartOptions) => start(options));

async function start(options: StartOptions): Promise<void> {
  const startedAt = performance.now();
  const place = readPlace(options);
  const settings = await readSettings(options);
  process.env[Environment.logLevel] ??= 'warn';
  const events = readEventsPlace(options, settings);
  await checkPort(place.host, place.port);
  await checkPort(events.host, events.port, { host: 'events.host', port: '--events-port' });
  const interruption = new Interruption();
  const undo: (() => Promise<void> | void)[] = [];
  try {
    const lock = lockDataDirectory(settings.dataDirectory);
    undo.push(() => lock.unlock());
    await serve(settings, { ...place, events, startedAt, interruption, undo });
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    process.exitCode = error.exitCode;
  } finally {
    for (const step of undo.reverse()) await step();
    interruption.release();
  }
}

interface Surroundings extends ReturnType<typeof readPlace> {
  readonly events: ListenAddress;
  readonly startedAt: number;
  readonly interruption: Interruption;
  /** What has to be undone at the end, in reverse order. */
  readonly undo: (() => Promise<void> | void)[];
}

async function serve(settings: Settings, { startedAt, interruption, undo, ...place }: Surroundings): Promise<void> {
  const { config, version, dataDirectory, directory } = settings;
  say(`modelapp ${version}`);
  const opened = await openDatabase(settings, say);
  undo.push(() => opened.close());
  const pool = await connect(opened.database, version);
  undo.push(() => pool.end());
  say(`Database: ${opened.description}`);
  await prepareDatabase(pool, settings);
  // Not left half-done: the job would keep its model locked.
  await trainMissing({ settings, pool, say, signal: interruption.signal });

  const { instance, needsKeys } = await openInstance(settings, { ...place, database: opened.database, pool });
  let drainMs = 0;
  undo.push(() => instance.stop(drainMs));
  await interruption.orStop(instance.start());
  const { port } = instance.address;
  const samples = await Promise.all(
    Object.entries(config.models).map(async ([name, model]) => [name, await sampleOf(model, directory)] as const),
  );
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(
    `Ready after ${seconds} s, ${place.processes} ${place.processes === 1 ? 'process' : 'processes'}; Ctrl-C stops\n`,
  );
  say(
    welcome({
      config,
      url: serviceUrl(place.host, port),
      eventsUrl: serviceUrl(place.events.host, instance.events?.port ?? place.events.port),
      samples: Object.fromEntries(samples),
      keyFile: needsKeys && !process.env[Environment.apiKeys] ? keyFile(dataDirectory) : undefined,
    }),
  );
  const signal = await interruption.wait();
  // At a terminal nobody routes traffic away first.
  drainMs = signal === 'SIGTERM' ? config.http.drainMs : 0;
  say('Stopping');
}

function readPlace({ host, port, processes }: StartOptions) {
  if (host === '') throw new CommandError('--host: is empty; write an address of this machine', ExitCode.usage);
  const servicePort = parseWholeNumber('--port', port, 0, 65_535);
  return { host, port: servicePort, processes: parseWholeNumber('--processes', processes, 1, 256) };
}

/** The event server listens on the address of the service unless it is configured otherwise. */
function readEventsPlace({ host, eventsPort }: StartOptions, { config: { events } }: Settings): ListenAddress {
  const port = eventsPort === undefined ? events.port : parseWholeNumber('--events-port', eventsPort, 0, 65_535);
  return { host: events.host ?? host, port };
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
