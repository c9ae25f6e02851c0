import type { RankingLearner, RankingModel } from '../../../../learning/model';
import { transaction } from '../../../../service/database/transaction';
import { type StateRevision, updateStates } from '../../../../service/observations/learning/update-states';
import { ObservationStore } from '../../../../service/observations/observation-store';
import { testVersion } from '../../../support/postgres/database';
import { givenRegistry } from '../../models/given-registry';
import { moviesModel, moviesRevision } from '../movies';

const given = givenRegistry();
let store: ObservationStore;
let revision: number;

beforeEach(async () => {
  const { pool } = given.database;
  await pool.query('truncate observations_1_0_0, observed_models_1_0_0, online_updates_1_0_0');
  store = new ObservationStore({ pool, version: testVersion });
  revision = await given.publish(moviesRevision(moviesModel(['alien', 'brazil'], 1)));
});

const inTransaction: Parameters<typeof updateStates>[0] = (work) => transaction(given.database.pool, work);

/** A revision whose states are made so. */
const learning = (update: (learner: RankingLearner) => Promise<string>): StateRevision => ({
  version: testVersion,
  name: 'movies',
  revision,
  model: {
    kind: 'ranking',
    learns: true,
    update: async (learner: RankingLearner) => Buffer.from(await update(learner)),
  } as unknown as RankingModel,
});
const scoresOf = ({ observations }: RankingLearner) => observations.map(({ score }) => score).join();

async function stateOf(user: string): Promise<string | undefined> {
  const { rows } = await given.database.pool.query<{ weights: Buffer }>(
    'select weights from user_weights_1_0_0 where model = $1 and revision = $2 and user_id = $3',
    ['movies', revision, user],
  );
  return rows[0]?.weights.toString();
}

test('of two who make a state at once the one who knew less does not have the last word', async () => {
  // GIVEN one who makes a state of the first observation
  const onFailure = () => {};
  await store.observe('movies', 'ada', 'alien', 1);
  let made = 0;
  const slow = learning(async (learner) => {
    made += 1;
    if (made > 1) return scoresOf(learner);
    const before = scoresOf(learner);

    // WHEN meanwhile another makes it of two
    await store.observe('movies', 'ada', 'brazil', 2);
    await updateStates(
      inTransaction,
      learning(async (other) => scoresOf(other)),
      { onFailure },
    );
    expect(await stateOf('ada')).toBe('1,2');
    return before;
  });
  await updateStates(inTransaction, slow, { onFailure });

  // THEN
  expect(await stateOf('ada')).toBe('1,2');
});

test('who waits for the end gives up after some failures in a row, and what was left is made up for later', async () => {
  for (const user of ['1', '2', '3', '4', '5']) await store.observe('movies', user, 'alien', 1);
  const failed: string[] = [];
  const onFailure = (user: string) => failed.push(user);
  const broken = learning(async () => {
    throw new Error('cannot learn');
  });

  expect(await updateStates(inTransaction, broken, { onFailure, giveUpAfter: 3 })).toBe(0);
  expect(failed).toHaveLength(3);

  expect(
    await updateStates(
      inTransaction,
      learning(async (learner) => scoresOf(learner)),
      { onFailure },
    ),
  ).toBe(5);
});
