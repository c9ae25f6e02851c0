import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import type { PredictionLog, PredictionRecord } from '../../../service/predictions/log';
import type { Shipper } from '../../../service/predictions/shipper';
import { spoolRoot } from '../../../service/predictions/spool/directory';
import { createTestDatabase, type TestDatabase, testVersion } from '../../support/postgres/database';
import { recordOf, temporaryDirectory } from '../../support/prediction-records';
import { newShipper, openLog } from './log-and-ship';

let database: TestDatabase;
let dataDirectory: string;
let log: PredictionLog;
let shipper: Shipper;
let metrics: Registry;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
});

afterAll(() => database.drop());

beforeEach(async () => {
  await database.pool.query('truncate inputs_1_0_0, outputs_1_0_0, spools_1_0_0 restart identity');
  dataDirectory = temporaryDirectory();
  log = openLog(dataDirectory);
  metrics = new Registry();
  shipper = newShipper({ pool: database.pool, dataDirectory, metrics });
});

afterEach(async () => {
  await log.close();
  await shipper.stop(0);
  rmSync(dataDirectory, { recursive: true, force: true });
});

const anotherShipper = () => newShipper({ pool: database.pool, dataDirectory });
const root = () => spoolRoot(dataDirectory, testVersion);
const query = async (text: string): Promise<Record<string, unknown>[]> => (await database.pool.query(text)).rows;
const append = (...records: PredictionRecord[]) => Promise.all(records.map((record) => log.append(record)));
const value = async (name: string) => (await metrics.getSingleMetric(name)?.get())?.values[0]?.value;

/** A request of the one protocol whose clients choose id and time. */
const requestOf = (id: string, requestTime = 0, differences: Partial<PredictionRecord> = {}): PredictionRecord =>
  recordOf({ protocol: 'ml-aws', id, requestTime, ...differences });

describe('The shipper', () => {
  test('fills the columns of both tables', async () => {
    const record = recordOf({
      model: 'iris',
      revision: 7,
      protocol: 'ml-aws',
      id: '42',
      requestTime: Date.UTC(2017, 0, 1) + 0.125,
      finishedAt: Date.UTC(2024, 0, 1, 12, 30, 0, 250),
      latencyMs: 0.5,
      unit: 'user:ada',
      assigned: false,
      samples: [{ features: '{"x": 1.5, "y": "a"}', output: 'setosa' }],
    });

    await append(record);
    await shipper.shipNow();

    const common = { run_id: '1', id: '42', prediction_id: record.predictionId, sample: 0, model: 'iris', revision: 7 };
    expect(await query(`select *, extract(microseconds from request_time)::int as micros from inputs_1_0_0`)).toEqual([
      {
        ...common,
        request_time: new Date(Date.UTC(2017, 0, 1)),
        micros: 125,
        protocol: 'ml-aws',
        features: { x: 1.5, y: 'a' },
        unit: 'user:ada',
        assigned: false,
        duplicate: false,
      },
    ]);
    expect(await query('select * from outputs_1_0_0')).toEqual([
      {
        ...common,
        finished_at: new Date(record.finishedAt),
        output: 'setosa',
        code_version: '0.1.0',
        protocol: 'ml-aws',
        latency_ms: 0.5,
      },
    ]);
  });

  test('keeps any text that PostgreSQL can hold, and puts U+FFFD in place of what it cannot', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 });
    const utf16 = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 });
    const anyText = fc.oneof(
      text,
      utf16.map((units) => String.fromCharCode(...units)),
    );
    const stored = (original: string) => Buffer.from(original).toString().replaceAll('\0', '\ufffd');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(anyText, anyText, anyText), { minLength: 1, maxLength: 50 }),
        async (texts) => {
          const records = texts.map(([id, feature, output]) =>
            recordOf({ id, unit: id, samples: [{ features: JSON.stringify({ feature }), output }] }),
          );

          await append(...records);
          await shipper.shipNow();

          const rows = await query(
            'select id, unit, features, output from inputs_1_0_0 join outputs_1_0_0 using (run_id, id) order by run_id',
          );
          await query('truncate inputs_1_0_0, outputs_1_0_0');
          expect(rows).toEqual(
            texts.map(([id, feature, output]) => ({
              id: stored(id),
              unit: stored(id),
              features: { feature: stored(feature) },
              output: stored(output),
            })),
          );
        },
      ),
      { numRuns: 20 },
    );
  }, 60_000);

  test('numbers the rows in the order of the answers, each sample one, the same in both tables', async () => {
    const samples = ['a', 'b'].map((output) => ({ features: '{}', output }));
    await append(recordOf({ samples }));
    await append(recordOf({ samples: [{ features: '{}', output: 'c' }] }));
    await shipper.shipNow();

    const rows = await query(
      'select run_id, i.sample, output from inputs_1_0_0 i join outputs_1_0_0 o using (run_id) order by run_id',
    );

    expect(rows).toEqual([
      { run_id: '1', sample: 0, output: 'a' },
      { run_id: '2', sample: 1, output: 'b' },
      { run_id: '3', sample: 0, output: 'c' },
    ]);
  });

  test('ships in the background once it is started', async () => {
    shipper.start();
    await append(recordOf());

    while ((await query('select from outputs_1_0_0')).length === 0) await sleep(10);

    expect(await value('modelapp_spool_shipped_rows_total')).toBe(1);
  });

  test('keeps no spool and no row of its position when the writer is done', async () => {
    await append(recordOf());
    await log.close();
    await shipper.shipNow();

    expect([readdirSync(root()), await query('select * from spools_1_0_0')]).toEqual([[], []]);
  });

  test('goes on from where an earlier one was', async () => {
    await append(recordOf());
    await shipper.shipNow();
    await append(recordOf());
    await anotherShipper().shipNow();

    expect(await query('select run_id from inputs_1_0_0 order by 1')).toEqual([{ run_id: '1' }, { run_id: '2' }]);
  });

  test('ships each row once, whoever else ships the same spools', async () => {
    const others = [anotherShipper(), anotherShipper()];
    const records = Array.from({ length: 3000 }, () => recordOf());
    for (let i = 0; i < records.length; i += 50) {
      await append(...records.slice(i, i + 50));
      void Promise.all([shipper, ...others].map((each) => each.shipNow()));
    }
    await log.close();
    await Promise.all([shipper, ...others].map((each) => each.shipNow()));
    await shipper.shipNow();

    const shipped = await query(
      'select prediction_id from outputs_1_0_0 join inputs_1_0_0 using (run_id, prediction_id)',
    );
    expect(shipped.map((row) => row.prediction_id).sort()).toEqual(records.map((record) => record.predictionId).sort());
  });

  test('tells how much waits, and since when', async () => {
    await append(recordOf());
    const before = [await value('modelapp_spool_bytes'), await value('modelapp_spool_oldest_seconds')];
    await shipper.shipNow();
    const after = [await value('modelapp_spool_bytes'), await value('modelapp_spool_oldest_seconds')];

    expect(Math.min(...before.map(Number))).toBeGreaterThan(0);
    expect(after).toEqual([0, 0]);
  });
});

describe('A repeated (id, request_time)', () => {
  const marks = () => query('select id, duplicate from inputs_1_0_0 order by run_id');

  test('is marked as duplicate in the same batch', async () => {
    await append(requestOf('a'), requestOf('b'), requestOf('a'));
    await shipper.shipNow();

    expect(await marks()).toEqual([
      { id: 'a', duplicate: false },
      { id: 'b', duplicate: false },
      { id: 'a', duplicate: true },
    ]);
  });

  test('is marked as duplicate of a row that is in the table already, every time', async () => {
    for (let i = 0; i < 3; i += 1) {
      await append(requestOf('a'));
      await shipper.shipNow();
    }

    expect((await marks()).map((row) => row.duplicate)).toEqual([false, true, true]);
  });

  test('is marked as duplicate of one in the batch that is shipped at the same time', async () => {
    const large = () => recordOf({ samples: [{ features: JSON.stringify({ text: 'x'.repeat(5e6) }), output: '' }] });
    await append(large(), requestOf('a'));
    await append(requestOf('a'), large());
    await shipper.shipNow();

    const ofRequest = (await marks()).filter((row) => row.id === 'a');
    expect(ofRequest.map((row) => row.duplicate)).toEqual([false, true]);
  });

  test('has a row in the outputs like any other', async () => {
    await append(requestOf('a'), requestOf('a'));
    await shipper.shipNow();

    expect(await query('select from inputs_1_0_0 join outputs_1_0_0 using (run_id, prediction_id)')).toHaveLength(2);
  });

  test('is no repetition at another time', async () => {
    await append(requestOf('a', 1), requestOf('a', 1.001));
    await shipper.shipNow();

    expect((await marks()).map((row) => row.duplicate)).toEqual([false, false]);
  });

  test('is no repetition if the clients of a protocol choose the id alone', async () => {
    await append(...Array.from({ length: 100 }, () => recordOf({ id: 'always the same', arrivedAt: 1000 })));
    await shipper.shipNow();

    expect(await query('select from inputs_1_0_0 where duplicate')).toEqual([]);
  });
});

describe('A row that the database refuses', () => {
  const broken = () => recordOf({ samples: [{ features: '{not json', output: 'lost' }] });
  const keptFiles = () =>
    readdirSync(root(), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('rejected.copy'));

  test('holds up none of the others, and is kept in a file', async () => {
    const good = Array.from({ length: 20 }, () => recordOf());
    await append(...good.slice(0, 10), broken(), ...good.slice(10), broken());
    await shipper.shipNow();

    const shipped = await query('select prediction_id from outputs_1_0_0 order by run_id');
    expect(shipped.map((row) => row.prediction_id)).toEqual(good.map((record) => record.predictionId));
    expect(keptFiles().map((name) => readFileSync(join(root(), name), 'utf8').match(/\{not json/g)?.length)).toEqual([
      2,
    ]);
    expect(await value('modelapp_spool_rejected_rows_total')).toBe(2);
  });

  test('stays on the disk when its spool is done with', async () => {
    await append(broken());
    await log.close();
    await shipper.shipNow();

    expect(keptFiles()).toEqual([expect.stringMatching(/^[0-9a-f-]{36}\.kept\/rejected\.copy$/)]);
  });

  test('may be nested more deeply than PostgreSQL can read', async () => {
    const features = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    await append(recordOf({ samples: [{ features, output: '' }] }), recordOf());
    await shipper.shipNow();

    expect(await query('select from outputs_1_0_0')).toHaveLength(1);
  });
});

describe('A spool that is not whole', () => {
  test('is shipped up to the write that was cut off', async () => {
    await append(recordOf());
    await append(recordOf());
    await log.close();
    const [id = ''] = readdirSync(root());
    const segment = join(root(), id, '00000001.log');
    truncateSync(segment, readFileSync(segment).length - 1);

    await shipper.shipNow();

    expect(await query('select from outputs_1_0_0')).toHaveLength(1);
    expect(existsSync(join(root(), id))).toBe(false);
  });

  test('is shipped behind a damaged part, which is kept in a file', async () => {
    await append(recordOf());
    await append(recordOf());
    await log.close();
    const [id = ''] = readdirSync(root());
    const segment = join(root(), id, '00000001.log');
    const bytes = readFileSync(segment);
    bytes[50] = 0;
    writeFileSync(segment, bytes);

    await shipper.shipNow();

    expect(await query('select from outputs_1_0_0')).toHaveLength(1);
    expect(readdirSync(join(root(), `${id}.kept`))).toEqual(['00000001.log.0.damaged']);
  });
});

describe('A database that does not take rows', () => {
  test('leaves them in the spool, and gets them when it does again', async () => {
    await append(recordOf());
    await query('alter table outputs_1_0_0 rename to away');
    await shipper.shipNow();
    const failures = await value('modelapp_spool_failures_total');
    const inputs = await query('select from inputs_1_0_0');

    await query('alter table away rename to outputs_1_0_0');
    await shipper.shipNow();

    expect([failures, inputs]).toEqual([1, []]);
    expect(await query('select from outputs_1_0_0 join inputs_1_0_0 using (run_id)')).toHaveLength(1);
  });
});
