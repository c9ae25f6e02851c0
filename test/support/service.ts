import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { Client, escapeIdentifier } from 'pg';
import pino from 'pino';
import { feedbackApp } from '../../config/pio';
import { resolveConfig } from '../../config/resolve';
import type { ConfigInput, ModelConfig } from '../../config/schema';
import type { Model } from '../../learning/model';
import shippedConfig from '../../modelapp.config';
import type { ServiceContext } from '../../service/context';
import { transaction } from '../../service/database/transaction';
import { createServer } from '../../service/http/server';
import { JobQueue } from '../../service/jobs/job-queue';
import { Lifecycle } from '../../service/lifecycle';
import { Metrics } from '../../service/metrics/metrics';
import { Registry } from '../../service/models/registry';
import { ServedModel, ServedModels, type ServedRevision } from '../../service/models/served-models';
import { DataLocation } from '../../service/models/store/data-location';
import { openModelStore } from '../../service/models/store/open-model-store';
import { ObservationStore } from '../../service/observations/observation-store';
import { DuplicateIndex } from '../../service/predictions/duplicate-index';
import { openPredictionLog } from '../../service/predictions/log';
import { Predictor } from '../../service/predictions/predictor';
import { Shipper } from '../../service/predictions/shipper';
import { ShopFollower } from '../../service/protocols/pio/shop/shop-follower';
import { trainModel } from '../../training/train-model';
import { createTestDatabase, databaseUrl, type TestDatabase, testVersion } from './postgres/database';

/** Where the package lies: the paths of the shipped configuration start here. */
const packageDirectory = resolve(__dirname, '../..');

export interface TestServiceOptions {
  /**
   * Replaces parts of the configuration.
   * @default the shipped configuration with iris alone
   */
  readonly config?: Partial<ConfigInput>;
  /**
   * Folder that the paths of the configuration start from.
   * @default that of the package
   */
  readonly directory?: string;
  /**
   * Whether each model gets a revision trained on its data; false leaves them unloaded.
   * @default true
   */
  readonly trained?: boolean;
  /**
   * Models that answer in place of trained ones, by name, to see what no trained model does: failures, odd numbers.
   * @default none
   */
  readonly answering?: Readonly<Record<string, Model>>;
}

/** The first model of the shipped configuration. */
const iris = shippedConfig.models.iris as ConfigInput['models'][string];

/** The whole service in this process, with a database and a data directory of its own. */
export interface TestService {
  readonly server: FastifyInstance;
  readonly context: ServiceContext;
  /** Where it listens, on loopback: `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly database: TestDatabase;
  /** Its data directory, which is the data location too. */
  readonly dataDirectory: string;
  /** Trains a model once more and lets the new revision serve; resolves to its number. */
  train(model: string): Promise<number>;
  /** How often it was asked to shut down, which it leaves to the test. */
  readonly stopRequests: number;
  /** Cuts all connections to the database and lets no other through. */
  cutDatabase(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the service as one process is started, with a shipper and an index of repeated requests beside it. */
export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const { directory = packageDirectory } = options;
  const config = resolveConfig({ ...shippedConfig, models: { iris }, ...options.config });
  const database = await createTestDatabase({ migrated: true });
  const dataDirectory = mkdtempSync(join(tmpdir(), 'modelapp-service-'));
  const logger = pino({ level: 'silent' });
  const version = testVersion;
  const codeVersion = '0.1.0';
  const { pool } = database;
  const store = openModelStore(join(dataDirectory, 'models'));
  const registry = new Registry(pool, version, store, { models: config.models, directory });
  const models = new AnsweringModels(
    { pool, version, store, models: config.models, directory, logger },
    options.answering,
  );
  const log = openPredictionLog({ dataDirectory, version, codeVersion, config: config.log });
  const metrics = new Metrics(version);
  let stopRequests = 0;
  const shipper = new Shipper({
    pool,
    version,
    dataDirectory,
    logger,
    metrics: metrics.registry,
    feedbackApp: feedbackApp(config.pio),
  });
  const duplicates = new DuplicateIndex(config.log.duplicateKeys);
  const context: ServiceContext = {
    config,
    version,
    codeVersion,
    database: pool,
    models,
    registry,
    dataLocation: new DataLocation(dataDirectory),
    jobs: new JobQueue(pool, version),
    observations: new ObservationStore({ pool, version }),
    predictor: new Predictor(log, metrics, config.http.maxSamples),
    shop: new ShopFollower({ pool, config: config.pio, logger, metrics: metrics.registry }),
    lifecycle: new Lifecycle(),
    metrics,
    instance: {
      claim: async (id, requestTimeMicros, predictionId) => duplicates.claim({ id, requestTimeMicros }, predictionId),
      release: (id, requestTimeMicros) => duplicates.release({ id, requestTimeMicros }),
      ship: () => shipper.shipNow(),
      metrics: () => metrics.registry.metrics(),
      stop: () => {
        stopRequests += 1;
      },
    },
  };

  async function train(model: string): Promise<number> {
    const { bytes, scores } = await trainModel({
      name: model,
      config: config.models[model] as ModelConfig,
      directory,
      createdAt: new Date(),
    });
    const revision = await transaction(pool, (client) =>
      registry.publish(client, { model, bytes, scores, origin: 'train', activate: true }),
    );
    await models.refresh();
    return revision;
  }

  async function stop(server?: FastifyInstance): Promise<void> {
    await server?.close();
    await models.stop();
    await context.shop.stop();
    await log.close();
    await shipper.stop(0);
    await database.drop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }

  try {
    shipper.start();
    await Promise.all([models.start(), context.shop.start()]);
    if (options.trained ?? true) {
      for (const model of Object.keys(config.models)) if (!options.answering?.[model]) await train(model);
      context.lifecycle.started();
    }
    const server = await createServer({ context, addresses: ['127.0.0.1'], keys: undefined, logger });
    await server.listen({ host: '127.0.0.1', port: 0 });
    const { port } = server.server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}`;
    return {
      server,
      context,
      url,
      database,
      dataDirectory,
      get stopRequests() {
        return stopRequests;
      },
      train,
      cutDatabase: () => cut(database.url),
      stop: () => stop(server),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** From another database of the same server, as nobody can shut the door behind himself. */
async function cut(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const client = new Client({ connectionString: databaseUrl(url, 'postgres') });
  await client.connect();
  try {
    await client.query(`alter database ${escapeIdentifier(name)} allow_connections false`);
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  } finally {
    await client.end();
  }
}

/** Models as they are served, some of which have been exchanged for others. */
class AnsweringModels extends ServedModels {
  readonly #answering = new Map<string, ServedModel>();

  constructor(options: ConstructorParameters<typeof ServedModels>[0], answering: Readonly<Record<string, Model>> = {}) {
    super(options);
    for (const [name, model] of Object.entries(answering)) {
      const config = options.models[name] as ModelConfig;
      const revision = { revision: 1, model, header: headerOf(name, model) };
      this.#answering.set(name, new ServedModel(name, config, revision, new Date(), [revision]));
    }
  }

  override get(name: string): ServedModel | undefined {
    return this.#answering.get(name) ?? super.get(name);
  }
}

const headerOf = (model: string, { features, classes = [], params }: Model): ServedRevision['header'] => ({
  algorithm: 'softmax',
  model,
  features: [...features] as ServedRevision['header']['features'],
  classes: [...classes],
  hyperparameters: {},
  params,
  scores: { train: 1, test: null },
  data: { sha256: '0'.repeat(64), rows: 1 },
  createdAt: '2024-01-01T00:00:00.000Z',
});
