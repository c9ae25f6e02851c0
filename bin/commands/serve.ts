import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { Environment, Port } from '../../config/environment';
import { createLogger } from '../../service/logging';
import { CommandError, ExitCode } from '../failure';
import { InterruptedError, Interruption } from '../interruption';
import { makeDataDirectory } from '../local/data-directory';
import { connect } from '../local/open-database';
import { openInstance } from '../local/open-instance';
import { makeViews, requirePrepared } from '../local/prepare-database';
import { queueMissing } from '../local/train-missing';
import { type PlaceOptions, parseWholeNumber, readSettings, withPlaceOptions } from '../settings';

const environment = process.env;

interface ServeOptions extends PlaceOptions {
  readonly host: string;
  readonly port: string;
  readonly processes: string;
}

const example = `
Example:
  MODELAPP_DATABASE_URL=postgres://modelapp:secret@db.internal/modelapp modelapp serve`;

/**
 * `modelapp serve`: one instance among others, on a database that is prepared; what the container runs. It makes the
 * views of its models, but never tables, and trains what has no model yet while it already answers health checks.
 */
export const serveCommand = (): Command =>
  withPlaceOptions(new Command('serve'))
    .description('serve as one instance among others, on a database prepared by `migrate`')
    .option('--host <address>', 'address to listen on', environment[Environment.host] ?? '0.0.0.0')
    .option('--port <number>', 'port of the service', environment[Environment.port] ?? String(Port.service))
    .option(
      '--processes <number>',
      'request processes',
      environment[Environment.processes] ?? String(availableParallelism()),
    )
    .addHelpText('after', example)
    .action(serve);

async function serve(options: ServeOptions): Promise<void> {
  const { host } = options;
  const port = parseWholeNumber('--port', options.port, 0, 65_535);
  const processes = parseWholeNumber('--processes', options.processes, 1, 256);
  const settings = await readSettings(options);
  const { database, version, config, dataDirectory } = settings;
  if (!database) {
    throw new CommandError(`serve: set ${Environment.databaseUrl} or pass --database URL`, ExitCode.usage);
  }
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
  }
}
