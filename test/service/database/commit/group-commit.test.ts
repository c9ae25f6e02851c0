import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'pg';
import { GroupCommit } from '../../../../service/database/commit/group-commit';
import { NothingStoredError, UnknownOutcomeError } from '../../../../service/database/commit/outcomes';
import { Transactions } from '../../../../service/database/commit/transactions';
import { migrate } from '../../../../service/database/migrations';
import { createPool } from '../../../../service/database/pool';
import { parseEvent } from '../../../../service/events/format/parse-event';
import { parseJson } from '../../../../service/events/format/parse-json';
import { insertEvents } from '../../../../service/events/store/insert-events';
import { type NewEvent, newEvent, type Outcome } from '../../../../service/events/store/new-event';
import { type CommitCutter, openCommitCutter } from '../../../e2e/support/commit-cutter';
import { startTestServer, type TestServer, testVersion } from '../../../support/postgres/database';

const longMs = 20_000;
const shortMs = 300;
const app = 1;

let server: TestServer;
let cutter: CommitCutter;
let pool: Pool;
let observer: Pool;
let commits: GroupCommit<NewEvent, Outcome>;
let groups: number[];

beforeAll(async () => {
  server = await startTestServer();
  observer = new Pool({ connectionString: server.url });
  observer.on('error', () => {});
  const client = await observer.connect();
  await migrate(client, { version: testVersion, scopes: ['shared'] });
  client.release();
});
beforeEach(async () => {
  await observer.query('truncate events, event_stats, apps cascade');
  await observer.query(`insert into apps (id, name) values ($1, 'x')`, [app]);
  cutter = await openCommitCutter(server.url);
  pool = await createPool({
    url: cutter.url,
    application: 'test',
    maxConnections: 2,
    connectTimeoutMs: longMs,
    pipeline: true,
  });
  groups = [];
  commits = new GroupCommit({
    transactions: new Transactions(pool),
    write: (client, stored: readonly NewEvent[]) =>
      insertEvents(client, '00000000-0000-7000-8000-000000000000', stored),
    queueLimit: 10,
    onCommit: (events) => groups.push(events),
  });
});
afterEach(async () => {
  await cutter.close();
  await pool.end();
});
afterAll(async () => {
  await observer.end();
  await server.remove();
});

const eventOf = (fields: object = {}) => {
  const text = JSON.stringify({ event: 'buy', entityType: 'user', entityId: 'u1', ...fields });
  return newEvent(parseEvent(parseJson(text)), { app, channel: 0 });
};
const events = (count: number) => Array.from({ length: count }, () => eventOf());
const storedCount = async () => {
  const { rows } = await observer.query<{ count: number }>('select count(*)::int from events');
  return rows[0]?.count;
};
const countedCount = async () => {
  const { rows } = await observer.query<{ sum: number }>('select coalesce(sum(count), 0)::int as sum from event_stats');
  return rows[0]?.sum;
};

describe('A group commit', () => {
  it('puts what arrives during a transaction into the next', async () => {
    const first = commits.store(events(1), longMs);
    await new Promise(setImmediate);
    const others = [commits.store(events(3), longMs), commits.store(events(2), longMs)];

    await Promise.all([first, ...others]);

    expect(groups).toEqual([1, 5]);
    expect(await storedCount()).toBe(6);
  });

  it('gives clients that were answered a moment to join the next transaction', async () => {
    const patient = new GroupCommit({
      transactions: new Transactions(pool),
      write: (client, stored: readonly NewEvent[]) =>
        insertEvents(client, '00000000-0000-7000-8000-000000000000', stored),
      queueLimit: 10,
      gatherMs: longMs,
      onCommit: (events) => groups.push(events),
    });
    const send = () => patient.store(events(1), longMs);
    await Promise.all([send(), send(), send(), send()]);

    const first = send();
    await sleep(50);
    await Promise.all([first, send(), send()]);
    await Promise.all([send(), send(), send()]);

    expect(groups).toEqual([4, 3, 3]);
  });

  it('tries each request by itself if the database rejects the group', async () => {
    await observer.query(`alter table events add constraint good check (entity_id <> 'bad')`);

    const answers = await Promise.allSettled([
      commits.store([eventOf(), eventOf({ entityId: 'bad' })], longMs),
      commits.store([eventOf()], longMs),
    ]);
    await observer.query('alter table events drop constraint good');

    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(await storedCount()).toBe(1);
  });

  it('refuses at once what finds no room to wait', async () => {
    const locker = await observer.connect();
    await locker.query('begin; lock table events');
    const first = commits.store(events(1), longMs);
    await new Promise(setImmediate);
    const waiting = commits.store(events(10), longMs);

    await expect(commits.store(events(1), longMs)).rejects.toThrow(NothingStoredError);

    await locker.query('commit');
    locker.release();
    await Promise.all([first, waiting]);
  });

  it('gives equal ids to the first, whoever else tries at the same time', async () => {
    const other = new GroupCommit({
      transactions: new Transactions(pool),
      write: (client, stored: readonly NewEvent[]) =>
        insertEvents(client, '00000000-0000-7000-8000-000000000001', stored),
      queueLimit: 1_000,
    });
    const ids = ['a', 'b', 'c', 'd'];
    const batches = Array.from({ length: 40 }, (_, n) =>
      // Some in one order and some in the other, as that is how deadlocks are made.
      (n % 2 ? ids : ids.toReversed()).map((eventId) => eventOf({ eventId, entityId: `u${n % 4}` })),
    );

    const outcomes = await Promise.all(
      batches.map(async (batch, n) => {
        await sleep(n % 7);
        return (n % 3 ? other : commits).store(batch, longMs).catch((error: Error) => [error.name]);
      }),
    );

    expect(await storedCount()).toBe(4);
    expect(await countedCount()).toBe(4);
    const told = outcomes.flat().filter((outcome) => outcome !== 'NothingStoredError');
    expect(told.filter((outcome) => outcome === 'stored')).toHaveLength(4);
    expect(new Set(told)).toEqual(new Set(['stored', 'repeated', 'conflict']));
  });

  it('puts an event of an app that is gone nowhere', async () => {
    await observer.query('delete from apps');

    expect(await commits.store(events(1), longMs)).toEqual(['nowhere']);
    expect(await storedCount()).toBe(0);
  });
});

describe('A connection that is lost', () => {
  it.each(['before', 'after'] as const)('%s COMMIT leaves each event there once', async (moment) => {
    cutter.cutEvery(2, moment);
    for (let n = 0; n < 10; n += 1) {
      const outcomes = await commits.store([eventOf(), eventOf({ eventId: `own-${n}` })], longMs);
      expect(outcomes.every((outcome) => outcome === 'stored' || outcome === 'repeated')).toBe(true);
    }

    expect(cutter.cuts).toBeGreaterThanOrEqual(5);
    expect(await storedCount()).toBe(20);
    expect(await countedCount()).toBe(20);
  });

  it('each time during COMMIT leaves the outcome open', async () => {
    cutter.cutEvery(1);

    await expect(commits.store(events(1), shortMs)).rejects.toThrow(UnknownOutcomeError);
  });
});

describe('A database that stands still', () => {
  it('stores nothing of what was refused, neither of the group under way nor of the queue', async () => {
    await commits.store(events(1), longMs);
    server.pause();
    const first = commits.store(events(1), shortMs);
    await new Promise(setImmediate);
    const second = commits.store(events(2), shortMs);

    const answers = await Promise.allSettled([first, second]);
    server.resume();
    await commits.store(events(1), longMs);

    expect(answers.map((answer) => (answer.status === 'rejected' ? answer.reason.name : 'stored'))).toEqual([
      'NothingStoredError',
      'NothingStoredError',
    ]);
    expect(await storedCount()).toBe(2);
  });

  it('keeps nobody waiting longer than asked, whoever waits longer before', async () => {
    await commits.store(events(1), longMs);
    server.pause();
    const underWay = commits.store(events(1), longMs);
    await new Promise(setImmediate);
    const answered: string[] = [];
    const wait = (name: string, waitMs: number) => commits.store(events(1), waitMs).catch(() => answered.push(name));

    await Promise.all([wait('patient', 5 * shortMs), wait('hurried', shortMs)]);
    server.resume();
    await underWay;

    expect(answered).toEqual(['hurried', 'patient']);
  });

  it('is used again once it is back, without further ado', async () => {
    await server.stop('immediate');
    const waiting = commits.store(events(3), longMs);
    await server.start();

    expect(await waiting).toEqual(['stored', 'stored', 'stored']);
  });
});
