import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { resolveConfig } from '../../config/resolve';
import type { Config, ConfigInput } from '../../config/schema';
import type { TabularModel } from '../../learning/model';
import shippedConfig from '../../modelapp.config';
import type { ServiceContext } from '../../service/context';
import { transaction } from '../../service/database/transaction';
import { createServer } from '../../service/http/server';
import { JobQueue } from '../../service/jobs/job-queue';
import { Lifecycle } from '../../service/lifecycle';
import { Metrics } from '../../service/metrics/metrics';
import { openModelStore } from '../../service/models/open-model-store';
import { Registry } from '../../service/models/registry';
import { ServedModel, ServedModels } from '../../service/models/served-models';
import { DuplicateIndex } from '../../service/predictions/duplicate-index';
import { openPredictionLog } from '../../service/predictions/log';
import { Predictor } from '../../service/predictions/predictor';
import { Shipper } from '../../service/predictions/shipper';
import { trainModel } from '../../training/train-model';
import { createTestDatabase, type TestDatabase, testVersion } from './database';

/** Where the package lies: the paths of the shipped configuration start here. */
const packageDirectory = resolve(__dirname, '../..');

export interface TestServiceOptions {
  /**
   * Replaces parts of the configuration.
   * @default the shipped configuration, whose one model is iris
   */
  readonly config?: Partial<ConfigInput>;
  /**
   * Whether each model gets a revision trained on its data; false leaves them unloaded.
   * @default true
   */
  readonly trained?: boolean;
  /**
   * Models that answer in place of the trained ones, by name, to see what no real model does: failures, odd numbers.
   * @default none
   */
  readonly answering?: Readonly<Record<string, TabularModel>>;
}

/** The whole service in this process, with a database and a data directory of its own. */
export interface TestService {
  readonly server: FastifyInstance;
  readonly context: ServiceContext;
  /** Where it listens, on loopback: `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly database: TestDatabase;
  /** Trains a model once more and lets the new revision serve; resolves to its number. */
  train(model: string): Promise<number>;
  stop(): Promise<void>;
}

/** Starts the service as one process is started, with a shipper and an index of repeated requests beside it. */
export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const config = resolveConfig({ ...shippedConfig, ...options.config });
  const database = await createTestDatabase({ migrated: true });
  const dataDirectory = mkdtempSync(join(tmpdir(), 'modelapp-service-'));
  const logger = pino({ level: 'silent' });
  const version = testVersion;
  const codeVersion = '0.1.0';
  const { pool } = database;
  const store = openModelStore(join(dataDirectory, 'models'));
  const registry = new Registry(pool, version, store);
  const models = new AnsweringModels({ pool, version, store, models: config.models, logger }, options.answering);
  const log = openPredictionLog({ dataDirectory, codeVersion, config: config.log });
  const metrics = new Metrics(version);
  const shipper = new Shipper({ pool, version, dataDirectory, logger, metrics: metrics.registry });
  const duplicates = new DuplicateIndex(config.log.duplicateKeys);
  const context: ServiceContext = {
    config,
    version,
    codeVersion,
    database: pool,
    models,
    registry,
    jobs: new JobQueue(pool, version, config.models),
    predictor: new Predictor(log, metrics),
    lifecycle: new Lifecycle(),
    metrics,
    instance: {
      claim: async (id, requestTimeMicros, predictionId) => duplicates.claim({ id, requestTimeMicros }, predictionId),
      release: (id, requestTimeMicros) => duplicates.release({ id, requestTimeMicros }),
      ship: () => shipper.shipNow(),
      metrics: () => metrics.registry.metrics(),
    },
  };

  async function train(model: string): Promise<number> {
    const { bytes, scores } = await trainModel({
      name: model,
      config: config.models[model] as Config['models'][string],
      directory: packageDirectory,
      createdAt: new Date(),
    });
    const revision = await transaction(pool, (client) =>
      registry.publish(client, { model, bytes, scores, origin: 'train', activate: true }),
    );
    await models.refresh();
    return revision;
  }

  shipper.start();
  await models.start();
  if (options.trained ?? true) {
    for (const model of Object.keys(config.models)) await train(model);
    context.lifecycle.started();
  }
  const server = await createServer({ context, addresses: ['127.0.0.1'], keys: undefined, logger });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  return {
    server,
    context,
    url: `http://127.0.0.1:${port}`,
    database,
    train,
    async stop() {
      await server.close();
      await models.stop();
      await log.close();
      await shipper.stop(0);
      await database.drop();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** Models as they are served, some of which have been exchanged for others. */
class AnsweringModels extends ServedModels {
  constructor(
    options: ConstructorParameters<typeof ServedModels>[0],
    private readonly answering: Readonly<Record<string, TabularModel>> = {},
  ) {
    super(options);
  }

  override get(name: string): ServedModel | undefined {
    const served = super.get(name);
    const model = this.answering[name];
    if (!served?.active || !model) return served;
    return new ServedModel(name, served.config, { ...served.active, model }, served.updatedAt, [served.active]);
  }
}
