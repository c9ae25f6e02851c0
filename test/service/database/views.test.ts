import fc from 'fast-check';
import { Client } from 'pg';
import type { Feature } from '../../../learning/model';
import { createViews, modelViews, type ViewedModels } from '../../../service/database/views';
import { createTestDatabase, type TestDatabase, testVersion } from '../../support/postgres/database';

const first = '01890000-0000-7000-8000-000000000001';
const second = '01890000-0000-7000-8000-000000000002';
let database: TestDatabase;
let client: Client;

const feature = (name: string, type: Feature['type'], ...aliases: string[]): Feature => ({ name, type, aliases });
const models = (...mapping: Feature[]): ViewedModels => ({ 'Cats-1': { mapping } });
const create = (...mapping: Feature[]) => createViews(client, testVersion, models(...mapping));
const rowsOf = async (sql: string) => (await client.query(sql)).rows;
const columnsOf = async (view: string) => {
  const { rows } = await client.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 order by attnum`,
    [view],
  );
  return Object.fromEntries(rows.map(({ name, type }) => [name, type]));
};

async function log(predictionId: string, features: unknown, model = 'Cats-1'): Promise<void> {
  const values = [predictionId, model, JSON.stringify(features)];
  await client.query(
    `insert into inputs_1_0_0 (id, request_time, prediction_id, sample, model, revision, protocol, features, assigned)
     values ('a', now(), $1, 0, $2, 1, 'oip', $3, false)`,
    values,
  );
  await client.query(
    `insert into outputs_1_0_0 (run_id, id, finished_at, output, code_version, prediction_id, sample, model, revision,
       protocol, latency_ms)
     select run_id, id, now(), 'tabby', '1', prediction_id, sample, model, revision, protocol, 0.5
     from inputs_1_0_0 where prediction_id = $1`,
    [predictionId],
  );
}

beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
  client = new Client({ connectionString: database.url });
  await client.connect();
});

afterEach(async () => {
  await client.end();
  await database.drop();
});

test('each feature and each alias is a column of its type', async () => {
  await create(
    feature('weight', 'float', 'mass'),
    feature('age', 'int'),
    feature('Fur colour', 'str'),
    feature('tame', 'bool'),
  );

  expect(await columnsOf('inputs_1_0_0_cats_1')).toEqual({
    run_id: 'bigint',
    id: 'text',
    request_time: 'timestamp with time zone',
    prediction_id: 'uuid',
    sample: 'integer',
    revision: 'integer',
    unit: 'text',
    assigned: 'boolean',
    duplicate: 'boolean',
    weight: 'double precision',
    mass: 'double precision',
    age: 'bigint',
    'Fur colour': 'text',
    tame: 'boolean',
  });
});

test('the inputs of the model show under name and alias, those of others do not', async () => {
  // GIVEN
  await create(
    feature('weight', 'float', 'mass'),
    feature('age', 'int'),
    feature('fur', 'str'),
    feature('tame', 'bool'),
  );
  await log(first, { weight: 4.25, age: 7, fur: 'red', tame: true });
  await log(second, { weight: 1 }, 'dogs');

  // WHEN
  const rows = await rowsOf('select weight, mass, age, fur, tame from inputs_1_0_0_cats_1');

  // THEN
  expect(rows).toEqual([{ weight: 4.25, mass: 4.25, age: '7', fur: 'red', tame: true }]);
});

test('predictions show output, latency and the feedback named outcome', async () => {
  // GIVEN
  await create(feature('weight', 'float'));
  await log(first, { weight: 4 });
  await log(second, { weight: 5 });
  await client.query(
    `insert into feedback (prediction_id, name, outcome) values ($1, 'outcome', '1'), ($1, 'clicked', 'true')`,
    [first],
  );

  // WHEN
  const rows = await rowsOf('select weight, output, latency_ms, outcome from predictions_1_0_0_cats_1 order by run_id');

  // THEN
  expect(rows).toEqual([
    { weight: 4, output: 'tabby', latency_ms: 0.5, outcome: 1 },
    { weight: 5, output: 'tabby', latency_ms: 0.5, outcome: null },
  ]);
});

test('a value that is missing or of another type is null and breaks no query', async () => {
  await create(feature('weight', 'float'), feature('age', 'int'), feature('tame', 'bool'));
  await log(first, { weight: 'heavy', tame: 'yes' });

  expect(await rowsOf('select weight, age, tame from inputs_1_0_0_cats_1')).toEqual([
    { weight: null, age: null, tame: null },
  ]);
});

test('features that changed change the columns', async () => {
  // GIVEN
  await create(feature('weight', 'float'), feature('age', 'int'));

  // WHEN
  await create(feature('age', 'str'), feature('height', 'float'));

  // THEN
  const columns = await columnsOf('predictions_1_0_0_cats_1');
  expect(columns).toMatchObject({ age: 'text', height: 'double precision' });
  expect(columns).not.toHaveProperty('weight');
});

test('unchanged views are left alone, so that views upon them and their readers are too', async () => {
  // GIVEN
  await create(feature('weight', 'float'));
  await client.query('create view heavy as select * from inputs_1_0_0_cats_1 where weight > 5');

  // WHEN
  const again = create(feature('weight', 'float'));

  // THEN
  await expect(again).resolves.toBeUndefined();
});

test('a change that a view of others forbids changes nothing', async () => {
  // GIVEN
  await create(feature('weight', 'float'));
  await client.query('create view heavy as select * from inputs_1_0_0_cats_1 where weight > 5');

  // WHEN
  const change = create(feature('height', 'float'));

  // THEN
  await expect(change).rejects.toThrow('cannot drop view inputs_1_0_0_cats_1 because other objects depend on it');
  expect(await columnsOf('inputs_1_0_0_cats_1')).toHaveProperty('weight');
});

test('several processes may make them at once', async () => {
  const clients = await Promise.all([1, 2, 3].map(() => database.pool.connect()));

  await Promise.all(clients.map((each) => createViews(each, testVersion, models(feature('weight', 'float')))));

  expect(await columnsOf('inputs_1_0_0_cats_1')).toHaveProperty('weight');
  for (const each of clients) each.release();
});

test('a feature named like another column gets a number', async () => {
  await create(feature('id', 'int', 'output'), feature('id_2', 'int'));

  const columns = await columnsOf('predictions_1_0_0_cats_1');
  expect(columns).toMatchObject({ id: 'text', id_2: 'bigint', output: 'text', output_2: 'bigint', id_2_2: 'bigint' });
});

test('whatever features are called, each has a column', async () => {
  const anyName = fc.oneof(
    fc.string({ minLength: 1, unit: 'grapheme' }),
    fc.string({ minLength: 1, maxLength: 3, unit: fc.constantFrom('"', "'", '\\', 'é', '%') }),
    fc.integer({ min: 58, max: 70 }).map((length) => 'é'.repeat(length)),
  );
  const names = fc.uniqueArray(
    anyName.filter((name) => !name.includes('\0')),
    { minLength: 1, maxLength: 5 },
  );
  const keys = 9;

  await fc.assert(
    fc.asyncProperty(names, async (chosen) => {
      await create(...chosen.map((name) => feature(name, 'str')));

      expect(Object.keys(await columnsOf('inputs_1_0_0_cats_1'))).toHaveLength(keys + chosen.length);
    }),
    { numRuns: 50 },
  );
});

test('a name that PostgreSQL would cut is refused', () => {
  expect(() => modelViews(testVersion, 'm'.repeat(50), [])).toThrow(/more than 63 bytes; shorten it/);
});
