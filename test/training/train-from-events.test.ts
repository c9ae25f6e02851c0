import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { resolveConfig } from '../../config/resolve';
import type { SoftmaxConfig } from '../../config/schema';
import { decodeModelFile } from '../../learning/model-file';
import modelappConfig from '../../modelapp.config';
import { trainModel } from '../../training/train-model';
import { createTestApp, startTestEventService, type TestApp, type TestEventService } from '../support/event-service';

const directory = resolve(__dirname, '../..');
const iris = resolveConfig(modelappConfig).models.iris as SoftmaxConfig;
const createdAt = new Date('2024-05-06T07:08:09.010Z');

let service: TestEventService;
let app: TestApp;

beforeEach(async () => {
  service = await startTestEventService();
  app = await createTestApp(service.database);
});
afterEach(() => service.stop());

/** A `$set` for each row of the file; ids in the order of the rows. */
function irisEvents(): object[] {
  const rows = parse(readFileSync(resolve(directory, 'examples/iris/iris.csv')), { columns: true }) as object[];
  return rows.map((properties, n) => ({
    event: '$set',
    entityType: 'flower',
    entityId: String(n).padStart(3, '0'),
    properties,
  }));
}

async function postAll(events: readonly object[]): Promise<void> {
  for (let n = 0; n < events.length; n += 50) {
    const { status } = await service.send('POST', `/batch/events.json?accessKey=${app.key}`, events.slice(n, n + 50));
    expect(status).toBe(200);
  }
}

const trainFromEvents = () =>
  trainModel({
    name: 'iris',
    config: { ...iris, source: { events: app.name, entityType: 'flower' } },
    directory,
    pool: service.database.pool,
    createdAt,
  });

test('events give the model that the same rows of a file give', async () => {
  // GIVEN flowers that arrive in any order
  await postAll(irisEvents().reverse());

  // WHEN
  const [fromEvents, fromFile] = [
    await trainFromEvents(),
    await trainModel({ name: 'iris', config: iris, directory, createdAt }),
  ];

  // THEN all is the same but the digest of the source
  const [events, file] = [decodeModelFile(fromEvents.bytes), decodeModelFile(fromFile.bytes)];
  expect(events.arrays).toEqual(file.arrays);
  expect({ ...events.header, data: undefined }).toEqual({ ...file.header, data: undefined });
  expect(events.header.data).toEqual({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/), rows: 150 });
});

test('the same events give the same bytes, whatever was deleted meanwhile', async () => {
  await postAll(irisEvents());
  const { bytes } = await trainFromEvents();
  const weed = { entityType: 'flower', entityId: 'weed' };
  await postAll([
    { event: '$set', ...weed, properties: { species: 'weed' } },
    { event: '$delete', ...weed },
  ]);

  const again = await trainFromEvents();

  expect(Buffer.from(again.bytes).equals(bytes)).toBe(true);
});
