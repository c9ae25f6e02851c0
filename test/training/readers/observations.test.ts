import { readObservations } from '../../../training/readers/observations';
import { createTestDatabase, type TestDatabase, testVersion } from '../../support/postgres/database';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
  await database.pool.query(
    `insert into observations_1_0_0 (model, user_id, item, score, position)
     select case when n % 2 = 0 then 'shop' else 'other' end, n % 7, n, n / 2.0, n from generate_series(1, 5000) n`,
  );
});
afterAll(() => database.drop());

it('all observations of the model are read, by user, each with its position', async () => {
  const read = [];
  for await (const observation of readObservations(database.pool, testVersion, 'shop')) read.push(observation);

  expect(read).toHaveLength(2500);
  expect(read.map(({ user }) => user)).toEqual(read.map(({ user }) => user).sort());
  for (const { user, item, score, position } of read) {
    const n = Number(item);
    expect([n % 2, user, score, position]).toEqual([0, String(n % 7), n / 2, BigInt(n)]);
  }
});

it('what is committed after the first was asked for is left out', async () => {
  const items = new Set<string>();
  for await (const { item } of readObservations(database.pool, testVersion, 'shop')) {
    if (items.size === 0) {
      await database.pool.query(
        `insert into observations_1_0_0 (model, user_id, item, score, position) values ('shop', 'z', 'late', 1, 9999)`,
      );
    }
    items.add(item);
  }
  expect([items.size, items.has('late')]).toEqual([2500, false]);
});
