import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import pino from 'pino';
import { DuplicateHistory } from '../../../service/predictions/duplicate-history';
import { DuplicateIndex } from '../../../service/predictions/duplicate-index';
import type { PredictionLog, PredictionRecord } from '../../../service/predictions/log';
import { createTestDatabase, type TestDatabase, testVersion } from '../../support/postgres/database';
import { recordOf, temporaryDirectory } from '../../support/prediction-records';
import { newShipper, openLog } from './log-and-ship';

let database: TestDatabase;
const directories: string[] = [];
const histories: DuplicateHistory[] = [];
const logs: PredictionLog[] = [];
const logger = pino({ level: 'silent' });

beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
});

afterEach(async () => {
  for (const history of histories.splice(0)) history.stop();
  await Promise.all(logs.splice(0).map((log) => log.close()));
  await database.drop();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

function newDirectory(): string {
  const directory = temporaryDirectory();
  directories.push(directory);
  return directory;
}

/** Answers requests as an instance does whose data are in a directory. */
async function answer(dataDirectory: string, ...records: PredictionRecord[]): Promise<void> {
  const log = openLog(dataDirectory);
  logs.push(log);
  await Promise.all(records.map((record) => log.append(record)));
}

const ship = (dataDirectory: string): Promise<void> => newShipper({ pool: database.pool, dataDirectory }).shipNow();

async function indexOf(dataDirectory: string, capacity = 100, pool = database.pool): Promise<DuplicateIndex> {
  const index = new DuplicateIndex(capacity);
  const history = new DuplicateHistory({ index, pool, version: testVersion, dataDirectory, logger });
  histories.push(history);
  await history.start();
  return index;
}

const requestOf = (id: string, differences: Partial<PredictionRecord> = {}): PredictionRecord =>
  recordOf({ protocol: 'ml-aws', id, requestTime: 1500.25, ...differences });

const firstOf = (index: DuplicateIndex, id: string) => index.claim({ id, requestTimeMicros: 1500250 }, randomUUID());

describe('The history of repeated requests', () => {
  test('begins with what waits in the spools', async () => {
    const directory = newDirectory();
    const request = requestOf('tab\tand \\ é');
    await answer(directory, request);

    const index = await indexOf(directory);

    expect(firstOf(index, 'tab\tand \\ é')).toBe(request.predictionId);
  });

  test('begins with what is in the table', async () => {
    const directory = newDirectory();
    const request = requestOf('a');
    await answer(directory, request);
    await ship(directory);

    const index = await indexOf(newDirectory());

    expect(firstOf(index, 'a')).toBe(request.predictionId);
  });

  test('leaves out the requests of protocols whose clients do not choose both id and time', async () => {
    const directory = newDirectory();
    await answer(directory, requestOf('shipped', { protocol: 'oip' }));
    await ship(directory);
    await answer(directory, requestOf('waiting', { protocol: 'oip' }));

    const index = await indexOf(directory);

    expect([firstOf(index, 'shipped'), firstOf(index, 'waiting')]).toEqual([undefined, undefined]);
  });

  test('keeps the newest if there are more than it has room for', async () => {
    const directory = newDirectory();
    await answer(directory, requestOf('oldest'), requestOf('old'), requestOf('new'));
    await ship(directory);

    const index = await indexOf(newDirectory(), 2);

    expect([firstOf(index, 'new'), firstOf(index, 'oldest')]).toEqual([expect.any(String), undefined]);
  });

  test('names the first of the predictions that a repetition which slipped through has', async () => {
    const directory = newDirectory();
    const [first, second] = [requestOf('a'), requestOf('a')];
    await answer(directory, first, second);
    await ship(directory);

    const index = await indexOf(newDirectory());

    expect(firstOf(index, 'a')).toBe(first.predictionId);
  });

  test('follows what other instances ship', async () => {
    const [here, there] = [newDirectory(), newDirectory()];
    const index = await indexOf(here);
    const request = requestOf('a');
    await answer(there, request);
    await ship(there);

    const key = { id: 'a', requestTimeMicros: 1500250 };
    let first: string | undefined;
    while (first === undefined) {
      await sleep(50);
      first = index.claim(key, randomUUID());
      if (first === undefined) index.release(key);
    }

    expect(first).toBe(request.predictionId);
  });

  test('starts without a database too, with what the spools have', async () => {
    const directory = newDirectory();
    await answer(directory, requestOf('a'));
    const nowhere = new Pool({ connectionString: 'postgresql://nobody@127.0.0.1:1/nothing' });

    const index = await indexOf(directory, 100, nowhere);

    expect(firstOf(index, 'a')).toEqual(expect.any(String));
    await nowhere.end();
  });
});
