import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import pino from 'pino';
import type { UserItemModel } from '../../../../learning/model';
import { ServedModels } from '../../../../service/models/served-models';
import { OnlineUpdater } from '../../../../service/observations/learning/online-updater';
import { ObservationStore } from '../../../../service/observations/observation-store';
import { until } from '../../../e2e/support/wait';
import { relativeError } from '../../../learning/linear-algebra/support/gauss';
import { testVersion } from '../../../support/postgres/database';
import { buildProgram } from '../../../support/program';
import { givenRegistry } from '../../models/given-registry';
import { directWeights, moviesConfig, moviesModel, moviesRevision } from '../movies';

const model = moviesModel(['alien', 'brazil', 'casablanca', 'dune'], 1);
const config = moviesConfig();
const logger = pino({ level: 'silent' });
const leaseMs = 1_000;
/** Some times the delay of updates. */
const aWhileMs = 400;

const startProgram = buildProgram(require.resolve('./updater-process.ts'));

const given = givenRegistry();
let store: ObservationStore;
let ends: (() => Promise<unknown>)[];

beforeEach(async () => {
  const { pool } = given.database;
  await pool.query('truncate observations_1_0_0, observed_models_1_0_0, online_updates_1_0_0');
  store = new ObservationStore({ pool, version: testVersion });
  ends = [];
  await given.publish(moviesRevision(model));
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
});

function newPool(): Pool {
  const pool = new Pool({ connectionString: given.database.url, max: 3 });
  pool.on('error', () => {});
  ends.push(() => pool.end());
  return pool;
}

/** The models of a process that serves. */
async function serve(): Promise<ServedModels> {
  const options = { version: testVersion, store: given.store, models: config.models, directory: '.', logger };
  const models = new ServedModels({ ...options, pool: newPool() });
  ends.push(() => models.stop());
  await models.start();
  return models;
}

/** What an instance has beside its request processes. */
function update(): OnlineUpdater {
  const options = { version: testVersion, store: given.store, models: config.models, directory: '.', logger, leaseMs };
  const updater = new OnlineUpdater({ ...options, pool: newPool() });
  ends.push(() => updater.stop());
  updater.start();
  return updater;
}

/** Whether a process predicts with the weights that follow from these scores, by the model that is given. */
const knows = (models: ServedModels, scores: Readonly<Record<string, number>>, of = model): boolean => {
  const served = models.get('movies')?.active?.model as UserItemModel;
  const weights = served.weightsOf('ada');
  const observed = Object.entries(scores).map(([item, score]) => ({ item, score }));
  return weights !== undefined && relativeError(weights, directWeights(of, observed)) < 1e-9;
};

test('an observation changes the predictions of every instance', async () => {
  const instances = [await serve(), await serve()];
  update();
  update();

  await store.observe('movies', 'ada', 'alien', 4);

  await until('both know it', () => instances.every((models) => knows(models, { alien: 4 })));
  const [one, other] = await Promise.all(
    instances.map((models) => models.get('movies')?.active?.model.predict([['ada', 'brazil']], {})),
  );
  expect(one).toEqual(other);
});

test('a process that starts predicts with all that was learnt before it is ready', async () => {
  update();
  const earlier = await serve();
  await store.observe('movies', 'ada', 'alien', 4);
  await until('the earlier one knows it', () => knows(earlier, { alien: 4 }));

  const later = await serve();

  expect(knows(later, { alien: 4 })).toBe(true);
});

test('observations wait while updates are disabled, and count once they are enabled', async () => {
  const models = await serve();
  update();
  await store.observe('movies', 'ada', 'alien', 4);
  await until('the first is known', () => knows(models, { alien: 4 }));

  await store.disable('movies');
  await store.disable('movies');
  await store.observe('movies', 'ada', 'brazil', 1);
  await sleep(aWhileMs);
  await models.refresh();
  expect(knows(models, { alien: 4 })).toBe(true);

  await store.enable('movies');
  await until('both are known', () => knows(models, { alien: 4, brazil: 1 }));
});

test('one takes over when another is killed', async () => {
  // Given one that updates, and another that waits
  const env = { DATABASE: given.database.url, FOLDER: given.folder, LEASE_MS: String(leaseMs) };
  const killed = startProgram({ env });
  ends.push(() => killed.kill());
  const models = await serve();
  await store.observe('movies', 'ada', 'alien', 4);
  await until('the first is known', () => knows(models, { alien: 4 }));
  update();

  // When it dies
  await killed.kill();
  await store.observe('movies', 'ada', 'alien', 2);

  // Then the other one goes on
  await until('the second is known', () => knows(models, { alien: 2 }));
});

test('one that stops lets another go on at once', async () => {
  const first = update();
  const models = await serve();
  await store.observe('movies', 'ada', 'alien', 4);
  await until('it is known', () => knows(models, { alien: 4 }));

  await first.stop();

  const { rows } = await given.database.pool.query('select expires_at from online_updates_1_0_0');
  expect(rows).toEqual([{ expires_at: Number.NEGATIVE_INFINITY }]);
});

test('users learn under the revision that is active', async () => {
  const models = await serve();
  update();
  await store.observe('movies', 'ada', 'alien', 4);
  await until('it is known', () => knows(models, { alien: 4 }));

  const next = moviesModel(['alien', 'fargo'], 2);
  await given.publish(moviesRevision(next));
  await until('it is known to the next', () => knows(models, { alien: 4 }, next));

  await given.registry.rollback('movies');
  await store.observe('movies', 'ada', 'brazil', 1);
  await until('both are known to the first', () => knows(models, { alien: 4, brazil: 1 }));
});

test('weights go on from where they were after the database was away', async () => {
  const models = await serve();
  update();
  await store.observe('movies', 'ada', 'alien', 4);
  await until('the first is known', () => knows(models, { alien: 4 }));

  await given.database.pool.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await until('the database takes another', () =>
    store.observe('movies', 'ada', 'dune', 3).then(
      () => true,
      () => false,
    ),
  );

  await until('both are known', () => knows(models, { alien: 4, dune: 3 }));
});
