import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pino from 'pino';
import { Registry as MetricsRegistry } from 'prom-client';
import { claimJob } from '../../../../service/jobs/running-jobs';
import { runTraining } from '../../../../service/jobs/training-job';
import { ServedModels } from '../../../../service/models/served-models';
import { openModelStore } from '../../../../service/models/store/open-model-store';
import { OnlineUpdater } from '../../../../service/observations/learning/online-updater';
import { judge } from '../../../../training/gate';
import { trainModel } from '../../../../training/train-model';
import { until } from '../../../e2e/support/wait';
import { startTestService, type TestService } from '../../../support/service';

jest.setTimeout(300_000);

/** Scores items as the user did last. A score of -1, -2 and so on makes a fault of `update`. */
const memory = `
  import { defineModel, type Learner } from '${resolve('config/define')}';

  interface State { scores: Record<string, number>; told: number[][]; }

  const faults: readonly (() => unknown)[] = [
    () => { throw new Error('cannot learn'); },
    async () => { throw new Error('cannot learn later'); },
    () => undefined,
    () => new Set(),
    () => 'x'.repeat(100_000),
    () => new Promise(() => {}),
    () => { for (;;); },
    () => process.exit(0),
    () => { const all: unknown[] = []; for (;;) all.push(Buffer.alloc(2 ** 20, 1)); },
  ];

  export default defineModel({
    kind: 'user-item',
    train: () => ({ data: { unknown: 0 } }),
    load: (data) => data,
    update(_model, { state, observations }: Learner<State>) {
      const { score } = observations.at(-1)!;
      if (score < 0) return faults[-score - 1]!() as State;
      const told = [...(state?.told ?? []), observations.map(({ score, isNew }) => (isNew ? score : -score))];
      return { scores: Object.fromEntries(observations.map(({ item, score }) => [item, score])), told };
    },
    predict: ({ unknown }, rows) => rows.map(({ item, state }) => state?.scores[item] ?? unknown),
    topK: (_model, { state, k }) =>
      Object.entries(state?.scores ?? {})
        .map(([item, score]) => ({ item, score }))
        .sort((a, b) => b.score - a.score)
        .slice(0, k),
  });
`;

const directory = mkdtempSync(join(tmpdir(), 'modelapp-learning-users-'));
const logger = pino({ level: 'silent' });
let service: TestService;
let updater: OnlineUpdater;

beforeAll(async () => {
  writeFileSync(join(directory, 'memory.ts'), memory);
  writeFileSync(join(directory, 'visits.csv'), 'user,item\n1,1\n2,1\n');
  service = await startTestService({
    directory,
    config: {
      models: {
        memory: {
          algorithm: './memory.ts',
          mode: 'user-item',
          source: { csv: 'visits.csv' },
          evaluation: { testFraction: 0 },
          onlineUpdateDelayInMillis: 20,
          process: { timeoutMs: 1_000, memoryMiB: 192 },
        },
      },
    },
  });
  updater = new OnlineUpdater(surroundings());
  updater.start();
});
afterAll(async () => {
  await updater.stop();
  await service.stop();
  rmSync(directory, { recursive: true });
});

function surroundings() {
  const { context, dataDirectory } = service;
  const { database: pool, version, config } = context;
  const store = openModelStore(join(dataDirectory, 'models'));
  return { pool, version, config, models: config.models, store, directory, logger };
}

async function post(path: string, body?: unknown): Promise<unknown> {
  const { payload } = await service.server.inject({ method: 'POST', url: path, payload: (body ?? {}) as object });
  return JSON.parse(payload);
}
const observe = async (uid: number, context: number, score: number) =>
  expect(await post('/observe/memory', { uid, context, score })).toBe('Successfully added observation');
const score = (uid: number, context: number) => post('/predict/memory', { uid, context });
const learns = (uid: number, context: number, expected: number) =>
  until(`user ${uid} scores ${expected}`, async () => (await score(uid, context)) === expected);

describe('A model of the own making whose users learn', () => {
  it('scores and ranks with the state that was made of what was observed', async () => {
    await observe(1, 7, 3);
    await learns(1, 7, 3);
    await observe(1, 8, 5);
    await learns(1, 8, 5);

    expect(await post('/predict_top_k/memory', { uid: 1, k: 2, context: 'all' })).toEqual([8, 7]);
    expect(await score(2, 7)).toBe(0);
  });

  it('is told all that is known of the user, and which of it is new', async () => {
    await observe(3, 1, 2);
    await learns(3, 1, 2);
    await observe(3, 2, 4);
    await learns(3, 2, 4);

    const { rows } = await service.database.pool.query<{ weights: Buffer }>(
      `select weights from user_weights_1_0_0 where user_id = '3'`,
    );
    expect(rows[0]?.weights.toString()).toContain('[2],[-2,4]');
  });

  it('answers alike from every process, also from one that has started since', async () => {
    await observe(4, 1, 9);
    await learns(4, 1, 9);

    const other = new ServedModels(surroundings());
    await other.start();
    const [prediction] = (await other.get('memory')?.active?.model.predict([['4', '1']], {})) ?? [];
    await other.stop();

    expect(prediction).toEqual({ output: 9 });
  });

  it('waits while updates are disabled', async () => {
    await post('/disableonlineupdates/memory');
    await observe(5, 1, 6);
    await observe(6, 1, 1);
    await service.context.models.refresh();
    expect(await score(5, 1)).toBe(0);

    await post('/enableonlineupdates/memory');
    await learns(5, 1, 6);
  });

  it('knows what was observed under a revision that is trained later, from its first answer on', async () => {
    await observe(8, 1, 4);
    await learns(8, 1, 4);
    await updater.stop();

    await post('/retrain/memory?wait=false');
    const given = surroundings();
    const job = await claimJob(given.pool, given.version, 30_000);
    await runTraining(job!, { ...given, trainer: { train: trainModel, judge } });
    await service.context.models.refresh();

    expect(service.context.models.get('memory')?.active?.revision).toBe(2);
    expect(await score(8, 1)).toBe(4);
    updater = new OnlineUpdater(surroundings());
    updater.start();
  });

  it('knows what was observed meanwhile under a revision that comes back, from its first answer on', async () => {
    await updater.stop();
    await observe(9, 1, 7);

    await post('/models/memory/rollback');
    await service.context.models.refresh();

    expect(service.context.models.get('memory')?.active?.revision).toBe(1);
    expect(await score(9, 1)).toBe(7);
    updater = new OnlineUpdater(surroundings());
    updater.start();
  });

  it.each(
    [
      'throws',
      'rejects',
      'gives nothing',
      'gives what cannot be kept',
      'gives too much',
      'never ends',
      'loops',
      'exits',
      'takes all memory',
    ].map((what, i) => [what, -1 - i] as const),
  )('keeps the state of a user, and lets others learn, when its update %s', async (_what, fault) => {
    // GIVEN a user who has learnt
    const user = 100 - fault;
    await updater.stop();
    const counting = new MetricsRegistry();
    updater = new OnlineUpdater({ ...surroundings(), metrics: counting });
    updater.start();
    await observe(user, 1, 5);
    await learns(user, 1, 5);

    // WHEN the code fails over what is observed of the user next, of which the client hears nothing
    await observe(user, 2, fault);
    await observe(1, 9, -fault);

    // THEN others learn, the user's state serves on, and the failure is counted
    await learns(1, 9, -fault);
    await until('the failure is counted', async () =>
      (await counting.metrics()).includes('modelapp_online_update_failures_total{model="memory"} 1'),
    );
    expect(await score(user, 1)).toBe(5);

    // AND the user learns from all of it as soon as the code can
    await observe(user, 2, 3);
    await learns(user, 2, 3);
  });
});
