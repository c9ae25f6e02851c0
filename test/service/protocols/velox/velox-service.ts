import { join, resolve } from 'node:path';
import type { ConfigInput } from '../../../../config/schema';
import shippedConfig from '../../../../modelapp.config';
import { claimJob } from '../../../../service/jobs/running-jobs';
import { runTraining } from '../../../../service/jobs/training-job';
import { openModelStore } from '../../../../service/models/store/open-model-store';
import { judge } from '../../../../training/gate';
import { trainModel } from '../../../../training/train-model';
import { startTestService, type TestService } from '../../../support/service';

/** What a route answered: the status and the JSON value. */
export type Answer = readonly [status: number, value: unknown];

/**
 * A service with the recommenders `movies`, which knows what is imported into it, and `shop`, which learns from
 * observations, and with iris, which is none. What is queued is trained by `trainQueued` alone.
 */
export interface VeloxService extends TestService {
  post(url: string, body?: unknown): Promise<Answer>;
  observe(
    model: string,
    observations: readonly (readonly [uid: number, context: number, score: number])[],
  ): Promise<void>;
  /**
   * Does the oldest training that waits, as a process for training does it.
   * @param meanwhile happens after the data was read and before the outcome is published
   */
  trainQueued(meanwhile?: () => Promise<void>): Promise<void>;
  /** Lets a revision of `movies` serve that has these features of items; resolves to its number. */
  importItems(
    itemFeatures: Readonly<Record<string, readonly number[]>>,
    averageUser?: readonly number[],
  ): Promise<number>;
}

export async function startVelox(config: Partial<ConfigInput> = {}): Promise<VeloxService> {
  const models: ConfigInput['models'] = {
    movies: {
      algorithm: 'als',
      mode: 'velox',
      source: { csv: 'examples/movies/ratings.csv' },
      hyperparameters: { rank: 2 },
    },
    shop: { algorithm: 'als', source: { observations: true }, hyperparameters: { rank: 2 } },
    iris: shippedConfig.models.iris as ConfigInput['models'][string],
  };
  const service = await startTestService({ trained: false, config: { models, ...config } });
  await service.train('iris');
  service.context.lifecycle.started();

  async function post(url: string, body?: unknown): Promise<Answer> {
    const { statusCode, payload } = await service.server.inject({
      method: 'POST',
      url,
      ...(body !== undefined && { payload: body as object }),
    });
    return [statusCode, JSON.parse(payload)];
  }

  return Object.assign(service, {
    post,
    async observe(model: string, observations: readonly (readonly [number, number, number])[]) {
      for (const [uid, context, score] of observations) {
        expect(await post(`/observe/${model}`, { uid, context, score })).toEqual([
          200,
          'Successfully added observation',
        ]);
      }
    },
    async trainQueued(meanwhile = async () => {}) {
      const { context, dataDirectory } = service;
      const { database: pool, version, config } = context;
      const job = await claimJob(pool, version, config.revisions.leaseMs);
      if (!job) throw new Error('no training waits');
      await runTraining(job, {
        pool,
        version,
        config,
        store: openModelStore(join(dataDirectory, 'models')),
        directory: resolve(__dirname, '../../../..'),
        trainer: { train: (request) => trainModel(request).finally(meanwhile), judge },
      });
    },
    async importItems(itemFeatures: Readonly<Record<string, readonly number[]>>, averageUser?: readonly number[]) {
      const [numFeatures] = Object.values(itemFeatures).map((features) => features.length);
      const [, imported] = await post('/models/movies/revisions', { numFeatures, itemFeatures, averageUser });
      await service.context.models.refresh();
      return (imported as { revision: number }).revision;
    },
  });
}
