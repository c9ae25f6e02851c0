import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { AggregatorRegistry } from 'prom-client';
import type { ServiceContext } from '../context';
import { createPool } from '../database/pool';
import { type EventServer, startEventServer } from '../events/event-server';
import { createServer } from '../http/server';
import { JobQueue } from '../jobs/job-queue';
import { Lifecycle } from '../lifecycle';
import { createLogger } from '../logging';
import { Metrics } from '../metrics/metrics';
import { Registry } from '../models/registry';
import { ServedModels } from '../models/served-models';
import { DataLocation } from '../models/store/data-location';
import { openModelStore } from '../models/store/open-model-store';
import { ObservationStore } from '../observations/observation-store';
import { DuplicateHistory } from '../predictions/duplicate-history';
import { DuplicateIndex } from '../predictions/duplicate-index';
import { openPredictionLog, type PredictionLog } from '../predictions/log';
import { Predictor } from '../predictions/predictor';
import { ShopFollower } from '../protocols/pio/shop/shop-follower';
import type { ListenAddress, ServiceSettings, ToWorker } from './messages';
import { send, WorkerChannel } from './worker-channel';

/** How often a starting process looks whether its models are loaded, in milliseconds. */
const readinessPollMs = 20;

/**
 * A request process: waits for its settings, serves until it is told to drain, and ends when its supervisor does. It
 * listens before its models are loaded, so that health checks get an answer from the start.
 */
export async function runWorker(): Promise<void> {
  // What a terminal sends reaches every process; the supervisor decides when this one stops.
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => undefined);
  const settings = await receiveSettings();
  try {
    await serve(settings);
  } catch (error) {
    send({ kind: 'failed', reason: startFailure(error as NodeJS.ErrnoException, settings) });
    process.disconnect?.();
    process.exitCode = 1;
  }
}

function receiveSettings(): Promise<ServiceSettings> {
  return new Promise((resolve) => {
    process.on('message', (message: ToWorker) => {
      if (message.kind === 'settings') resolve(message.settings);
    });
  });
}

function startFailure(error: NodeJS.ErrnoException & { port?: number }, settings: ServiceSettings): string {
  const { host, events } = settings;
  const port = error.port ?? settings.port;
  const option = port === events?.port ? '--events-port' : '--port';
  if (error.code === 'EADDRINUSE') return `port ${port} is taken; stop what listens there or pass ${option}`;
  if (error.code === 'EACCES') return `port ${port} needs more rights; pass ${option} with a number above 1023`;
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return `${host} is no address of this machine; check --host`;
  return error.message;
}

async function serve(settings: ServiceSettings): Promise<void> {
  const { config, host, port } = settings;
  const logger = createLogger();
  const log = openPredictionLog({
    dataDirectory: settings.dataDirectory,
    version: settings.version,
    codeVersion: settings.codeVersion,
    config: config.log,
    onFault: (error) => logger.error({ err: error }, 'the prediction log takes nothing'),
  });
  const context = await createContext(settings, log, logger);
  const { models, shop, lifecycle } = context;
  const server = await createServer({ context, addresses: [host], keys: settings.keys, logger });
  await server.listen({ host, port });
  const address = { host, port: (server.server.address() as AddressInfo).port };
  const events = settings.events && (await listenForEvents(settings, settings.events, context, logger));
  const servers = events ? [server, events.server] : [server];
  const stop = once(async (drainMs: number) => {
    await drain({ servers, lifecycle, drainMs, closeMs: config.http.closeMs });
    // First, as a database that hangs may keep the rest from ending before the supervisor loses patience.
    await log.close();
    await events?.closeDatabase();
    await models.stop();
    await context.observations.close();
    await shop.stop();
    await context.database.end();
    process.exit(0);
  });
  const end = (drainMs: number) =>
    stop(drainMs).catch((error) => {
      // What is in the spool stays there, and the next start ships it.
      logger.error({ err: error }, 'this process could not stop in order');
      process.exit(1);
    });
  process.on('SIGTERM', () => void end(config.http.drainMs));
  process.on('disconnect', () => void end(0));
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'drain') void end(message.drainMs);
  });
  await Promise.all([models.start(), shop.start()]);
  while (!(models.ready && shop.loaded) && lifecycle.phase === 'starting') await sleep(readinessPollMs);
  lifecycle.started();
  send({ kind: 'ready', address, ...(events && { events: { host: events.host, port: events.port } }) });
}

async function createContext(settings: ServiceSettings, log: PredictionLog, logger: Logger): Promise<ServiceContext> {
  const { config, directory, version, codeVersion, dataDirectory, modelLocation } = settings;
  const application = `modelapp ${version}`;
  const database = await createPool({ ...settings.database, application });
  const writing = await createPool({ ...settings.database, application, maxConnections: 2, pipeline: true });
  const store = openModelStore(modelLocation);
  const metrics = new Metrics(version);
  AggregatorRegistry.setRegistries([metrics.registry]);
  // Answers the supervisor when it collects the metrics of all processes.
  new AggregatorRegistry();
  const duplicates = settings.processes === 1 ? new DuplicateIndex(config.log.duplicateKeys) : undefined;
  if (duplicates) {
    await new DuplicateHistory({ index: duplicates, pool: database, version, dataDirectory, logger }).start();
  }
  return {
    config,
    version,
    codeVersion,
    database,
    models: new ServedModels({ pool: database, version, store, models: config.models, directory, logger }),
    registry: new Registry(database, version, store, { models: config.models, directory }),
    dataLocation: new DataLocation(modelLocation.startsWith('s3:') ? modelLocation : dataDirectory),
    jobs: new JobQueue(database, version),
    observations: new ObservationStore({ pool: writing, unhurried: database, version }),
    predictor: new Predictor(log, metrics, config.http.maxSamples),
    shop: new ShopFollower({ pool: database, config: config.pio, logger, metrics: metrics.registry }),
    lifecycle: new Lifecycle(),
    metrics,
    instance: new WorkerChannel(duplicates),
  };
}

function listenForEvents(
  settings: ServiceSettings,
  place: ListenAddress,
  { lifecycle, metrics, instance }: ServiceContext,
  logger: Logger,
): Promise<EventServer> {
  const { config, version, database } = settings;
  return startEventServer({
    config: config.events,
    http: config.http,
    version,
    database,
    ...place,
    lifecycle,
    metrics,
    collectMetrics: () => instance.metrics(),
    logger,
  });
}

interface Drain {
  readonly servers: readonly FastifyInstance[];
  readonly lifecycle: Lifecycle;
  readonly drainMs: number;
  readonly closeMs: number;
}

/** Unready at once, serving on for `drainMs`, then waiting up to `closeMs` for the requests that are open. */
async function drain({ servers, lifecycle, drainMs, closeMs }: Drain): Promise<void> {
  lifecycle.drain();
  await sleep(drainMs);
  const limit = setTimeout(() => {
    for (const { server } of servers) (server as Server).closeAllConnections();
  }, closeMs);
  await Promise.all(servers.map((server) => server.close()));
  clearTimeout(limit);
}

/** The first call counts; later ones get the same promise. */
function once<A>(work: (argument: A) => Promise<void>): (argument: A) => Promise<void> {
  let running: Promise<void> | undefined;
  return (argument) => {
    running ??= work(argument);
    return running;
  };
}
