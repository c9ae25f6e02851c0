import fc from 'fast-check';
import type { Pool } from 'pg';
import { NothingStoredError } from '../../../service/database/commit/outcomes';
import { createPool } from '../../../service/database/pool';
import { type Observation, UnstorableObservationError } from '../../../service/observations/observation';
import { ObservationStore } from '../../../service/observations/observation-store';
import { writeObservations } from '../../../service/observations/write-observations';
import { createTestDatabase, type TestDatabase, testVersion } from '../../support/postgres/database';

let database: TestDatabase;
let writing: Pool;
let store: ObservationStore;

const openPool = (url: string) => createPool({ url, application: 'test', maxConnections: 2, pipeline: true });

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
  writing = await openPool(database.url);
  store = new ObservationStore({ pool: writing, version: testVersion });
});
afterAll(async () => {
  await store.close();
  await database.drop();
});
beforeEach(() => database.pool.query('truncate observations_1_0_0, observed_models_1_0_0'));

async function stored(model = 'movies'): Promise<Observation[]> {
  const found: Observation[] = [];
  for await (const observation of store.all(model)) found.push(observation);
  return found;
}

describe('An observation', () => {
  test('is there once it was stored, for its model alone', async () => {
    await store.observe('movies', 'ada', 'alien', 4.5);
    expect(await stored()).toEqual([{ user: 'ada', item: 'alien', score: 4.5 }]);
    expect(await stored('books')).toEqual([]);
    expect(await store.hasAny('movies')).toBe(true);
    expect(await store.hasAny('books')).toBe(false);
  });

  test('takes the place of the older one of that user and item', async () => {
    const sequence = fc.array(
      fc.record({
        user: fc.constantFrom('ada', '7'),
        item: fc.constantFrom('alien', 'brazil', 'x'.repeat(50_000)),
        // The driver writes −0 as 0, which adding 0 does as well.
        score: fc.double({ noNaN: true, noDefaultInfinity: true }).map((score) => score + 0),
      }),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(sequence, fc.boolean(), async (observations, together) => {
        await database.pool.query('truncate observations_1_0_0');
        if (together) await store.observeMany('movies', observations);
        else for (const { user, item, score } of observations) await store.observe('movies', user, item, score);
        const last = new Map(
          observations.map((observation) => [`${observation.user} ${observation.item}`, observation]),
        );
        const found = await stored();
        expect(new Map(found.map((observation) => [`${observation.user} ${observation.item}`, observation]))).toEqual(
          last,
        );
        expect(found).toHaveLength(last.size);
      }),
      { numRuns: 20 },
    );
  });

  test.each<[string, Observation]>([
    ['a user of more characters than an index holds', { user: 'u'.repeat(801), item: 'alien', score: 1 }],
    ['a user with U+0000', { user: 'a\0', item: 'alien', score: 1 }],
    ['an item with U+0000', { user: 'ada', item: 'a\0', score: 1 }],
    ['an item with half of a pair', { user: 'ada', item: 'a\ud800', score: 1 }],
    ['a score that is infinite', { user: 'ada', item: 'alien', score: Number.POSITIVE_INFINITY }],
  ])('of %s is refused', async (_what, { user, item, score }) => {
    await expect(store.observe('movies', user, item, score)).rejects.toThrow(UnstorableObservationError);
  });

  test('of a user with the longest id is stored', async () => {
    await store.observe('movies', '漢'.repeat(800), 'alien', 1);
    expect(await stored()).toHaveLength(1);
  });

  test('is refused in time if the database does not take it', async () => {
    const blocking = await database.pool.connect();
    await blocking.query('begin; lock table observations_1_0_0');
    const impatient = new ObservationStore({ pool: writing, version: testVersion, waitMs: 100 });
    await expect(impatient.observe('movies', 'ada', 'alien', 1)).rejects.toThrow(NothingStoredError);
    await blocking.query('rollback');
    blocking.release();
    expect(await stored()).toEqual([]);
  });
});

describe('Observations of several writers', () => {
  test('count in the order of their commits', async () => {
    // Given one who stores first and commits last
    const slow = await database.pool.connect();
    await slow.query('begin');
    await writeObservations(slow, testVersion, 'movies', [{ user: 'ada', item: 'alien', score: 1 }]);
    // When another stores meanwhile
    const quick = store.observe('movies', 'ada', 'alien', 2);
    const whileOpen = await Promise.race([quick.then(() => 'stored'), waiting().then(() => 'waiting')]);
    await slow.query('commit');
    slow.release();
    await quick;
    // Then it waits, and its score is the one that counts
    expect(whileOpen).toBe('waiting');
    expect(await stored()).toEqual([{ user: 'ada', item: 'alien', score: 2 }]);
  });

  test('never show a position before all lower ones', async () => {
    // Given two instances that store at the same time
    const others = await openPool(database.url);
    const stores = [store, new ObservationStore({ pool: others, version: testVersion })];
    const writers = stores.map(async (each, writer) => {
      for (let round = 0; round < 40; round++) {
        await Promise.all(
          Array.from({ length: 5 }, (_, i) => each.observe('movies', `${writer}-${round}-${i}`, 'alien', round)),
        );
      }
    });
    let isOver = false;
    const over = Promise.all(writers).then(() => {
      isOver = true;
    });
    // When somebody looks again and again
    const gaps: unknown[] = [];
    while (!isOver) {
      const { rows } = await database.pool.query(
        'select count(*)::int as count, coalesce(max(position), 0)::int as highest from observations_1_0_0',
      );
      if (rows[0].count !== rows[0].highest) gaps.push(rows[0]);
    }
    // Then what is seen has no gap
    await over;
    await others.end();
    expect(gaps).toEqual([]);
    expect(await stored()).toHaveLength(400);
  });

  test('are stored while many are loaded, of which the last of a user and item counts', async () => {
    // Given many that come one by one
    const many = async function* () {
      for (let i = 0; i < 6_000; i++) yield { user: `u${i % 3_000}`, item: 'alien', score: i };
      // When others are observed before the last has come
      await store.observe('movies', 'ada', 'alien', 1);
      await store.observe('movies', 'u7', 'alien', 1);
      yield { user: 'u8', item: 'alien', score: -1 };
    };
    await store.observeMany('movies', many());

    // Then they are there, and what was committed last counts
    const scores = new Map((await stored()).map(({ user, score }) => [user, score]));
    expect(scores.size).toBe(3_001);
    expect(['ada', 'u7', 'u8', 'u9'].map((user) => scores.get(user))).toEqual([1, 3_007, -1, 3_009]);
    const { rows } = await database.pool.query(
      'select count(distinct position)::int as positions, max(position)::int as highest from observations_1_0_0',
    );
    expect(rows).toEqual([{ positions: 3_001, highest: 3_002 }]);
  });

  test('that are stored together are stored all or none', async () => {
    const failing = async function* () {
      for (let i = 0; i < 12_000; i++) yield { user: `u${i}`, item: 'alien', score: i };
      throw new Error('line 12001: is no JSON');
    };
    await expect(store.observeMany('movies', failing())).rejects.toThrow('line 12001');
    expect(await store.hasAny('movies')).toBe(false);
  });
});

/** Resolves when somebody waits for a lock. */
async function waiting(): Promise<void> {
  for (;;) {
    const { rows } = await database.pool.query(
      `select count(*)::int as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rows[0].count > 0) return;
  }
}
