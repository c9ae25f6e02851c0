import fc from 'fast-check';
import type { ClientBase } from 'pg';
import type { ModelConfig } from '../../../../config/schema';
import { OnlineModel } from '../../../../learning/recommender/online-model';
import { transaction } from '../../../../service/database/transaction';
import { learnAll } from '../../../../service/observations/learning/learning';
import {
  type InTransaction,
  type LearningRevision,
  updateWeights,
} from '../../../../service/observations/learning/solve-users';
import { UserCache } from '../../../../service/observations/learning/user-cache';
import type { Observation } from '../../../../service/observations/observation';
import { ObservationStore } from '../../../../service/observations/observation-store';
import { doublesIn, OnlineWeights } from '../../../../service/observations/online-weights';
import { relativeError } from '../../../learning/linear-algebra/support/gauss';
import { testVersion } from '../../../support/postgres/database';
import { givenRegistry } from '../../models/given-registry';
import { directWeights, moviesConfig, moviesModel, moviesRevision, width } from '../movies';

const items = ['alien', 'brazil', 'casablanca', 'dune', 'elephant'];
const model = moviesModel(items, 1);

const given = givenRegistry();
let store: ObservationStore;

beforeEach(async () => {
  await given.database.pool.query('truncate observations_1_0_0, observed_models_1_0_0');
  store = new ObservationStore({ pool: given.database.pool, version: testVersion });
});

const inTransaction: InTransaction = (work) => transaction(given.database.pool, work);

const learning = (revision: number, of = model, config = moviesConfig().models.movies as ModelConfig) => ({
  version: testVersion,
  name: 'movies',
  config,
  revision,
  header: { hyperparameters: { rank: width } },
  model: of,
});

/** Lets a model take in the weights that are stored. */
const into = (overlay: OnlineModel) => (user: string, learnt: Buffer) => overlay.learn(user, doublesIn(learnt));

const catchUp = (client: ClientBase, revision: LearningRevision) =>
  learnAll((work) => work(client), { by: 'weights', revision, users: new UserCache(width) }, { onFailure: () => {} });

/** What a process that starts now predicts with. */
async function online(revision: number, of = model): Promise<OnlineModel> {
  const overlay = new OnlineModel(of);
  await new OnlineWeights(given.database.pool, testVersion, 'movies', revision, into(overlay)).refresh();
  return overlay;
}

const observation: fc.Arbitrary<Observation> = fc.record({
  user: fc.constantFrom('ada', 'bob', '7'),
  item: fc.constantFrom(...items, 'unknown'),
  score: fc.integer({ min: -5_000, max: 5_000 }).map((n) => n / 1_000),
});

test('weights are those of the direct solution, whatever came in which order and in how many parts', async () => {
  const parts = fc.array(fc.record({ observed: fc.array(observation, { maxLength: 8 }), restarted: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(parts, async (sequence) => {
      // Given a revision of which a process follows the weights
      await given.database.pool.query('truncate observations_1_0_0, observed_models_1_0_0');
      const revision = await given.publish(moviesRevision(model));
      const overlay = new OnlineModel(model);
      const follower = new OnlineWeights(given.database.pool, testVersion, 'movies', revision, into(overlay));
      let cache = new UserCache(width);

      // When users learn after each part of the observations
      for (const { observed, restarted } of sequence) {
        if (restarted) cache = new UserCache(width);
        await store.observeMany('movies', observed);
        await updateWeights(inTransaction, learning(revision), cache);
        await follower.refresh();
      }

      // Then each has the weights over all of its own
      const all = sequence.flatMap(({ observed }) => observed);
      for (const user of ['ada', 'bob', '7']) {
        const own = all.filter((each) => each.user === user);
        if (own.length === 0) expect(overlay.weightsOf(user)).toBeUndefined();
        else expect(relativeError(overlay.weightsOf(user)!, directWeights(model, own))).toBeLessThan(1e-9);
      }
    }),
    { numRuns: 30 },
  );
});

test('an update solves the users of new observations alone', async () => {
  const revision = await given.publish(moviesRevision(model));
  await store.observe('movies', 'ada', 'alien', 1);
  expect(await updateWeights(inTransaction, learning(revision), new UserCache(width))).toBe(1);

  await store.observe('movies', 'bob', 'alien', 2);

  expect(await updateWeights(inTransaction, learning(revision), new UserCache(width))).toBe(1);
  expect(await updateWeights(inTransaction, learning(revision), new UserCache(width))).toBe(0);
});

test('users who are more than a page have weights each', async () => {
  const revision = await given.publish(moviesRevision(model));
  const observed = Array.from({ length: 1_201 }, (_, i) => ({ user: `u${i}`, item: items[i % 5]!, score: i % 7 }));
  await store.observeMany('movies', observed);

  expect(await transaction(given.database.pool, (client) => catchUp(client, learning(revision)))).toBe(1_201);

  const overlay = await online(revision);
  for (const each of observed) {
    expect(relativeError(overlay.weightsOf(each.user)!, directWeights(model, [each]))).toBeLessThan(1e-9);
  }
});

test('a new revision has the weights of all observed users from the moment it is there', async () => {
  // Given an item that the first revision does not know
  const first = await given.publish(moviesRevision(model));
  await store.observeMany('movies', [
    { user: 'ada', item: 'alien', score: 1 },
    { user: 'ada', item: 'fargo', score: 5 },
  ]);
  await updateWeights(inTransaction, learning(first), new UserCache(width));

  // When the second one is published and its users are solved in one transaction
  const next = moviesModel([...items, 'fargo'], 2);
  const second = await transaction(given.database.pool, async (client) => {
    const revision = await given.registry.publish(client, moviesRevision(next));
    await store.observe('movies', 'bob', 'dune', 2);
    await catchUp(client, learning(revision, next));
    return revision;
  });

  // Then it counts what was observed of that item, and what was observed meanwhile
  const overlay = await online(second, next);
  const ada = [
    { item: 'alien', score: 1 },
    { item: 'fargo', score: 5 },
  ];
  expect(relativeError(overlay.weightsOf('ada')!, directWeights(next, ada))).toBeLessThan(1e-9);
  expect(relativeError(overlay.weightsOf('bob')!, directWeights(next, [{ item: 'dune', score: 2 }]))).toBeLessThan(
    1e-9,
  );
  // And the first one is as it was
  const before = await online(first);
  expect(relativeError(before.weightsOf('ada')!, directWeights(model, ada.slice(0, 1)))).toBeLessThan(1e-9);
  expect(before.weightsOf('bob')).toBeUndefined();
});

test('a revision that comes back takes in what was observed while another one served', async () => {
  const revision = await given.publish(moviesRevision(model));
  await store.observe('movies', 'ada', 'alien', 1);
  const cache = new UserCache(width);
  await updateWeights(inTransaction, learning(revision), cache);
  const other = await given.publish(moviesRevision(moviesModel(items, 2)));
  await store.observe('movies', 'ada', 'brazil', 3);
  await updateWeights(inTransaction, learning(other, moviesModel(items, 2)), new UserCache(width));

  await updateWeights(inTransaction, learning(revision), cache);

  const observed = [
    { item: 'alien', score: 1 },
    { item: 'brazil', score: 3 },
  ];
  expect(relativeError((await online(revision)).weightsOf('ada')!, directWeights(model, observed))).toBeLessThan(1e-9);
});

test('a cache that others have overtaken is not trusted', async () => {
  // Given two who update, the second of which takes over for a while
  const revision = await given.publish(moviesRevision(model));
  const [mine, others] = [new UserCache(width), new UserCache(width)];
  await store.observe('movies', 'ada', 'alien', 1);
  await updateWeights(inTransaction, learning(revision), mine);
  await store.observe('movies', 'ada', 'brazil', 2);
  await updateWeights(inTransaction, learning(revision), others);

  // When the first one goes on
  await store.observe('movies', 'ada', 'dune', 3);
  await updateWeights(inTransaction, learning(revision), mine);

  // Then it has missed nothing
  const observed = [
    { item: 'alien', score: 1 },
    { item: 'brazil', score: 2 },
    { item: 'dune', score: 3 },
  ];
  expect(relativeError((await online(revision)).weightsOf('ada')!, directWeights(model, observed))).toBeLessThan(1e-9);
});

test.each(['explicit', 'implicit'] as const)('in the mode %s weights stay near those before', async (mode) => {
  // Given a model whose weights are no mere preferences, and a ridge that nothing moves
  const hyperparameters = { rank: width, lambda: 1e12 };
  const config = moviesConfig({ mode, hyperparameters } as never).models.movies as ModelConfig;
  const revision = await given.publish(moviesRevision(model));
  await store.observe('movies', 'trained', 'alien', 5);
  await store.observe('movies', 'new', 'alien', 5);

  await updateWeights(inTransaction, learning(revision, model, config), new UserCache(width));

  const overlay = await online(revision);
  expect(relativeError(overlay.weightsOf('trained')!, [...model.weightsOf('trained')!])).toBeLessThan(1e-9);
  expect(relativeError(overlay.weightsOf('new')!, [...model.averageUser])).toBeLessThan(1e-9);
});

test.each([
  ['the settings that the revision was trained with', { rank: width, lambda: 0.1 }, 0.1 * width],
  ['the configured settings where an imported revision tells none', { rank: width }, 2 * width],
])('users learn with %s', async (_name, hyperparameters, ridge) => {
  // Given a model that is configured otherwise
  const config = moviesConfig({ hyperparameters: { rank: 50, lambda: 2 } } as never).models.movies as ModelConfig;
  const revision = await given.publish(moviesRevision(model));
  await store.observe('movies', 'ada', 'alien', 5);

  // When a user learns
  const trained = { ...learning(revision, model, config), header: { hyperparameters } };
  await updateWeights(inTransaction, trained, new UserCache(width));

  // Then the weights are as if the user had been in the training
  const weights = directWeights(model, [{ item: 'alien', score: 5 }], ridge);
  expect(relativeError((await online(revision)).weightsOf('ada')!, weights)).toBeLessThan(1e-9);
});

test('the weights of a revision go with it', async () => {
  const revision = await given.publish(moviesRevision(model));
  await store.observe('movies', 'ada', 'alien', 1);
  await updateWeights(inTransaction, learning(revision), new UserCache(width));
  await given.publish(moviesRevision(model));

  await given.registry.remove('movies', revision);

  const left = await given.database.pool.query('select from user_weights_1_0_0 where revision = $1', [revision]);
  expect(left.rowCount).toBe(0);
});
