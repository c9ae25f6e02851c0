import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { Environment, Port, type ServiceRole, serviceRoles } from '../../config/environment';
import { createLogger } from '../../service/logging';
import type { DatabaseSettings } from '../../service/processes/messages';
import { CommandError, ExitCode } from '../failure';
import { InterruptedError, Interruption } from '../interruption';
import { makeDataDirectory } from '../local/data-directory';
import { connect } from '../local/open-database';
import { openInstance } from '../local/open-instance';
import { makeViews, requirePrepared } from '../local/prepare-database';
import { requireEventTables } from '../local/require-event-tables';
import { runEventServer } from '../local/run-event-server';
import { queueMissing } from '../local/train-missing';
import { type PlaceOptions, parseWholeNumber, readSettings, type Settings, withPlaceOptions } from '../settings';

const environment = process.env;

interface ServeOptions extends PlaceOptions {
  readonly role: ServiceRole;
  readonly host: string;
  readonly port?: string;
  readonly processes: string;
}

/** What an instance serves with. */
interface Serving {
  readonly settings: Settings;
  readonly database: DatabaseSettings;
  readonly host: string;
  readonly port: number;
}

const example = `
Examples:
  MODELAPP_DATABASE_URL=postgres://modelapp:secret@db.internal/modelapp modelapp serve
  modelapp serve --role events --database postgres://modelapp_events:secret@db.internal/modelapp`;

/**
 * `modelapp serve`: one instance among others, on a database that is prepared; what the container runs. It makes the
 * views of its models, but never tables, and trains what has no model yet while it already answers health checks. In the
 * role `events` it serves no model, but events alone.
 */
export const serveCommand = (): Command =>
  withPlaceOptions(new Command('serve'))
    .description('serve as one instance among others, on a database prepared by `migrate`')
    .addOption(
      new Option('--role <role>', 'what to serve: predictions or events')
        .choices(serviceRoles)
        .env(Environment.role)
        .default('inference'),
    )
    .option('--host <address>', 'address to listen on', environment[Environment.host] ?? '0.0.0.0')
    .option(
      '--port <number>',
      `port to listen on (default: ${Environment.port}, ${Port.inference}, or ${Port.events} for events)`,
      environment[Environment.port],
    )
    .option(
      '--processes <number>',
      'request processes, of predictions only',
      environment[Environment.processes] ?? String(availableParallelism()),
    )
    .addHelpText('after', example)
    .action(serve);

async function serve(options: ServeOptions): Promise<void> {
  const { role, host } = options;
  const port = parseWholeNumber('--port', options.port ?? String(Port[role]), 0, 65_535);
  const processes = parseWholeNumber('--processes', options.processes, 1, 256);
  const settings = await readSettings(options);
  const { database } = settings;
  if (!database) {
    throw new CommandError(`serve: set ${Environment.databaseUrl} or pass --database URL`, ExitCode.usage);
  }
  const serving = { settings, database, host, port };
  await (role === 'events' ? serveEvents(serving) : servePredictions(serving, processes));
}

async function serveEvents({ settings, ...place }: Serving): Promise<void> {
  const logger = createLogger();
  const interruption = new Interruption();
  await requireEventTables(place.database, logger);
  const { version, config } = settings;
  const { drainMs } = config.http;
  const onListening = (address: object) => logger.info({ version, ...address }, 'ready');
  void interruption.wait().then(() => logger.info({ drainMs }, 'stopping'));
  await runEventServer(settings, { ...place, logger, drainMs, onListening }, interruption);
  interruption.release();
}

async function servePredictions({ settings, database, host, port }: Serving, processes: number): Promise<void> {
  const { version, config, dataDirectory } = settings;
  const logger = createLogger();
  const interruption = new Interruption();
  // Not locked: the tasks of one machine share it, the old and the new one of a deployment among them.
  makeDataDirectory(dataDirectory);
  const pool = await connect(database, version);
  try {
    await requirePrepared(pool, settings);
    await makeViews(pool, settings);
    const { instance } = await openInstance(settings, { host, port, processes, database, pool });
    let drainMs = 0;
    try {
      await queueMissing(pool, settings);
      await interruption.orStop(instance.start());
      logger.info({ version, ...instance.address, processes }, 'ready');
      await interruption.wait();
      drainMs = config.http.drainMs;
    } finally {
      logger.info({ drainMs }, 'stopping');
      await instance.stop(drainMs);
    }
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    process.exitCode = error.exitCode;
  } finally {
    await pool.end();
    interruption.release();
  }
}
