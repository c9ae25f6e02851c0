import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import pino from 'pino';
import { Registry } from 'prom-client';
import { migrate } from '../../../../service/database/migrations';
import { openPredictionLog, type PredictionLog, type PredictionRecord } from '../../../../service/predictions/log';
import { Shipper } from '../../../../service/predictions/shipper';
import { openCommitCutter } from '../../../e2e/support/commit-cutter';
import { createTestDatabase, startTestServer, type TestDatabase, testVersion } from '../../../support/database';
import { recordOf, temporaryDirectory } from '../../../support/prediction-records';
import { keepAppending, shipAll } from '../log-and-ship';

let database: TestDatabase;
let dataDirectory: string;
let log: PredictionLog;

beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
  await database.pool.query(`insert into apps (name) values ('shop')`);
  dataDirectory = temporaryDirectory();
  log = openPredictionLog({
    dataDirectory,
    version: testVersion,
    codeVersion: '0.1.0',
    config: { fsyncMs: 100, spoolMaxBytes: 1024 ** 3 },
  });
});

afterEach(async () => {
  await log.close();
  await database.drop();
  rmSync(dataDirectory, { recursive: true, force: true });
});

const newShipper = (pool: Pool): Shipper =>
  new Shipper({
    pool,
    version: testVersion,
    dataDirectory,
    logger: pino({ level: 'silent' }),
    metrics: new Registry(),
    feedbackApp: 'shop',
  });

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

  await newShipper(database.pool).shipNow();

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

  await newShipper(database.pool).shipNow();

  expect((await database.pool.query('select pr_id from events')).rows).toEqual([{ pr_id: expected }]);
});

test('Characters that tables do not hold keep no event out', async () => {
  const features = JSON.stringify({ user: '\0\ud800\n\\n"', num: 1, prId: '\0' });
  await log.append(answered({ samples: [{ features, output: JSON.stringify({ label: '\0\t' }) }] }));

  await newShipper(database.pool).shipNow();

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

  await newShipper(database.pool).shipNow();

  expect([await rowIds(database.pool), await eventIds(database.pool)]).toEqual([[record.predictionId], []]);
});

test('A row that the database refuses keeps out its own event alone', async () => {
  const good = answered();
  const refused = answered({ revision: 2 ** 40 });
  await Promise.all([good, refused].map((record) => log.append(record)));

  await newShipper(database.pool).shipNow();

  expect([await rowIds(database.pool), await eventIds(database.pool)]).toEqual([
    [good.predictionId],
    [good.predictionId],
  ]);
});

test('Every event arrives once though connections are cut between COMMIT and its reply', async () => {
  const cutter = await openCommitCutter(database.url);
  const pool = new Pool({ connectionString: cutter.url });
  pool.on('error', () => {});
  const answering = keepAppending(log, answered);
  const shipper = newShipper(pool);

  cutter.cutEvery(2);
  shipper.start();
  while (cutter.cuts < 6) {
    shipper.wake();
    await sleep(20);
  }
  const ids = (await answering.end()).sort();
  await log.close();
  await shipAll(shipper, dataDirectory);
  await shipper.stop(0);
  await pool.end();
  await cutter.close();

  expect(await eventIds(database.pool)).toEqual(ids);
  expect(await rowIds(database.pool)).toEqual(ids);
}, 120_000);

test('Every event arrives once though PostgreSQL is killed', async () => {
  const server = await startTestServer();
  const pool = new Pool({ connectionString: server.url });
  pool.on('error', () => {});
  const client = await pool.connect();
  await migrate(client, { version: testVersion });
  await client.query(`insert into apps (name) values ('shop')`);
  client.release();
  const answering = keepAppending(log, answered);
  const shipper = newShipper(pool);

  shipper.start();
  for (let round = 0; round < 2; round += 1) {
    await sleep(300);
    await server.kill();
    await server.start();
    shipper.wake();
  }
  const ids = (await answering.end()).sort();
  await log.close();
  await shipAll(shipper, dataDirectory);
  await shipper.stop(0);
  const [events, rows] = [await eventIds(pool), await rowIds(pool)];
  await pool.end();
  await server.remove();

  expect(events).toEqual(ids);
  expect(rows).toEqual(ids);
}, 120_000);
