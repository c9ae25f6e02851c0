import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { PredictionLog, PredictionRecord } from '../../../../service/predictions/log';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres/database';
import { recordOf, temporaryDirectory } from '../../../support/prediction-records';
import { newShipper, openLog } from '../log-and-ship';
import { shipDuring, shipThroughCuts, startMigratedServer } from '../ship-through-faults';

const feedbackApp = 'shop';

let database: TestDatabase;
let dataDirectory: string;
let log: PredictionLog;

beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
  await database.pool.query(`insert into apps (name) values ('shop')`);
  dataDirectory = temporaryDirectory();
  log = openLog(dataDirectory);
});

afterEach(async () => {
  await log.close();
  await database.drop();
  rmSync(dataDirectory, { recursive: true, force: true });
});

const shipNow = () => newShipper({ pool: database.pool, dataDirectory, feedbackApp }).shipNow();

const query = { features: '{"user":"ada","num":1}', output: '{"itemScores":[{"item":"a","score":0.5}]}' };
const answered = (differences: Partial<PredictionRecord> = {}) =>
  recordOf({ protocol: 'pio', model: 'shop', revision: 7, samples: [query], ...differences });

const eventIds = async (pool: Pool): Promise<string[]> =>
  (await pool.query('select event_id from events order by 1')).rows.map(({ event_id }) => event_id);
const rowIds = async (pool: Pool): Promise<string[]> =>
  (await pool.query('select prediction_id::text as id from inputs_1_0_0 order by 1')).rows.map(({ id }) => id);

test('An answered query becomes an event of the app, and no other prediction does', async () => {
  const arrivedAt = Date.UTC(2024, 0, 1, 12, 30, 0, 250);
  const record = answered({ arrivedAt });
  await Promise.all([record, recordOf(), recordOf({ model: 'pio' })].map((each) => log.append(each)));

  await shipNow();

  const { rows } = await database.pool.query(
    'select event_id, event, entity_type, entity_id, target_entity_type, properties::text, event_time, pr_id, channel from events',
  );
  expect(rows).toEqual([
    {
      event_id: record.predictionId,
      event: 'predict',
      entity_type: 'pio_pr',
      entity_id: record.predictionId,
      target_entity_type: null,
      properties: `{"engineInstanceId":"shop-7","query":${query.features},"prediction":${query.output}}`,
      event_time: new Date(arrivedAt),
      pr_id: null,
      channel: 0,
    },
  ]);
});

test.each([
  ['a text', '"a\\tb"', 'a\tb'],
  ['a number', '17', '17'],
  ['null', 'null', null],
])('The prId of a query that is %s is the one of the event', async (_what, prId, expected) => {
  await log.append(answered({ samples: [{ ...query, features: `{"user":"a","num":1,"prId":${prId}}` }] }));

  await shipNow();

  expect((await database.pool.query('select pr_id from events')).rows).toEqual([{ pr_id: expected }]);
});

test('Characters that tables do not hold keep no event out', async () => {
  const features = JSON.stringify({ user: '\0\ud800\n\\n"', num: 1, prId: '\0' });
  await log.append(answered({ samples: [{ features, output: JSON.stringify({ label: '\0\t' }) }] }));

  await shipNow();

  const { rows } = await database.pool.query('select properties::text, pr_id from events');
  expect(JSON.parse(rows[0].properties)).toMatchObject({
    query: { user: '\ufffd\ufffd\n\\n"', num: 1, prId: '\ufffd' },
    prediction: { label: '\0\t' },
  });
  expect(rows[0].pr_id).toBe('\ufffd');
});

test('Predictions do not wait for an app that is not there', async () => {
  await database.pool.query('delete from apps');
  const record = answered();
  await log.append(record);

  await shipNow();

  expect([await rowIds(database.pool), await eventIds(database.pool)]).toEqual([[record.predictionId], []]);
});

test('A row that the database refuses keeps out its own event alone', async () => {
  const good = answered();
  const refused = answered({ revision: 2 ** 40 });
  await Promise.all([good, refused].map((record) => log.append(record)));

  await shipNow();

  expect([await rowIds(database.pool), await eventIds(database.pool)]).toEqual([
    [good.predictionId],
    [good.predictionId],
  ]);
});

test('Every event arrives once though connections are cut between COMMIT and its reply', async () => {
  const ids = (await shipThroughCuts(database.url, 6, { log, newRecord: answered, dataDirectory, feedbackApp })).sort();

  expect(await eventIds(database.pool)).toEqual(ids);
  expect(await rowIds(database.pool)).toEqual(ids);
}, 120_000);

test('Every event arrives once though PostgreSQL is killed', async () => {
  const { server, pool } = await startMigratedServer();
  await pool.query(`insert into apps (name) values ('shop')`);
  const shipper = newShipper({ pool, dataDirectory, feedbackApp });

  const restart = async () => {
    for (let round = 0; round < 2; round += 1) {
      await sleep(300);
      await server.kill();
      await server.start();
      shipper.wake();
    }
  };
  const ids = (await shipDuring(restart, shipper, { log, newRecord: answered, dataDirectory })).sort();
  await shipper.stop(0);
  const [events, rows] = [await eventIds(pool), await rowIds(pool)];
  await pool.end();
  await server.remove();

  expect(events).toEqual(ids);
  expect(rows).toEqual(ids);
}, 120_000);
