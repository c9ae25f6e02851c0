import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { OnlineModel } from '../../../learning/recommender/online-model';
import { transaction } from '../../../service/database/transaction';
import type { NewRevision } from '../../../service/models/registry';
import { ObservationStore } from '../../../service/observations/observation-store';
import { doublesIn, OnlineWeights } from '../../../service/observations/online-weights';
import { until } from '../../e2e/support/wait';
import { relativeError } from '../../learning/linear-algebra/support/gauss';
import { testVersion } from '../../support/postgres/database';
import { directWeights, moviesModel, moviesRevision } from '../observations/movies';
import { givenRegistry } from './given-registry';

const items = ['alien', 'brazil', 'casablanca'];
const [first, second] = [moviesModel(items, 1), moviesModel([...items, 'dune'], 2)];
const ada = [
  { item: 'alien', score: 4 },
  { item: 'dune', score: 1 },
];

const given = givenRegistry();
let store: ObservationStore;

beforeEach(async () => {
  await given.database.pool.query('truncate observations_1_0_0, observed_models_1_0_0');
  store = new ObservationStore({ pool: given.database.pool, version: testVersion });
});

/** The weights that a process would predict with now; nobody updates them in these tests. */
async function weightsOf(user: string, revision: number, of = first): Promise<Float64Array | undefined> {
  const overlay = new OnlineModel(of);
  const learn = (id: string, learnt: Buffer) => overlay.learn(id, doublesIn(learnt));
  await new OnlineWeights(given.database.pool, testVersion, 'movies', revision, learn).refresh();
  return overlay.weightsOf(user);
}

async function expectKnown(user: string, revision: number, of: typeof first, observed: typeof ada): Promise<void> {
  const weights = await weightsOf(user, revision, of);
  expect(weights && relativeError(weights, directWeights(of, observed))).toBeLessThan(1e-9);
}

const observe = (user: string, observed: readonly { item: string; score: number }[]) =>
  store.observeMany(
    'movies',
    observed.map((each) => ({ user, ...each })),
  );

describe('users who were observed have their weights when a revision begins to serve that', () => {
  it('is published', async () => {
    await observe('ada', ada);
    await expectKnown('ada', await given.publish(moviesRevision(second)), second, ada);
  });

  it('is activated', async () => {
    const inactive: NewRevision = { ...moviesRevision(second), activate: false };
    const revision = await given.publish(inactive);
    await observe('ada', ada);

    await given.registry.activate('movies', revision);

    await expectKnown('ada', revision, second, ada);
  });

  it('is the newest', async () => {
    const revision = await given.publish({ ...moviesRevision(second), activate: false });
    await observe('ada', ada);

    expect(await given.registry.activateNewest('movies')).toBe(revision);

    await expectKnown('ada', revision, second, ada);
  });

  it('comes back', async () => {
    const revision = await given.publish(moviesRevision(first));
    await given.publish(moviesRevision(second));
    await observe('ada', ada);

    expect(await given.registry.rollback('movies')).toBe(revision);

    await expectKnown('ada', revision, first, ada.slice(0, 1));
  });
});

test('what is observed while the users of a revision are solved counts as well', async () => {
  // Given an activation that has solved the users, and waits for another change of the model
  await given.publish(moviesRevision(first));
  const revision = await given.publish({ ...moviesRevision(second), activate: false });
  await observe('ada', ada);
  let activation: Promise<void> | undefined;
  await transaction(given.database.pool, async (client) => {
    await client.query(`select from models_1_0_0 where model = 'movies' for update`);
    activation = given.registry.activate('movies', revision);
    await until('ada is solved', async () => (await weightsOf('ada', revision, second)) !== undefined);

    // When more is observed
    await observe('bob', ada);
  });
  await activation;

  // Then it serves with that
  await expectKnown('bob', revision, second, ada);
});

test('a revision that is not to serve yet has no weights of users', async () => {
  await observe('ada', ada);
  const revision = await given.publish({ ...moviesRevision(second), activate: false });
  expect(await weightsOf('ada', revision, second)).toBeUndefined();
});

test('users are solved for nothing but what the weights of the training do not count', async () => {
  await observe('ada', ada);
  const { rows } = await given.database.pool.query('select last_position from observed_models_1_0_0');
  const observedUpTo = BigInt(rows[0].last_position);
  await observe('bob', ada);

  const revision = await given.publish({ ...moviesRevision(second), observedUpTo });

  expect(await weightsOf('ada', revision, second)).toBeUndefined();
  await expectKnown('bob', revision, second, ada);
});

test('an activation that is not wanted in the end changes nothing', async () => {
  const revision = await given.publish(moviesRevision(first));
  await given.publish({ ...moviesRevision(second), activate: false });

  expect(await given.registry.activateNewest('movies', async () => false)).toBeUndefined();

  expect((await given.registry.list('movies')).active).toBe(revision);
});

test('a revision whose file is gone is activated all the same, and the old one serves on', async () => {
  await observe('ada', ada);
  const revision = await given.publish({ ...moviesRevision(second), activate: false });
  rmSync(join(given.folder, '1.0.0', 'movies'), { recursive: true });

  await given.registry.activate('movies', revision);

  expect((await given.registry.list('movies')).active).toBe(revision);
});
