import { Random } from '../../../learning/random';
import { createTestApp, type TestApp } from '../../support/event-service';
import { createTestDatabase, type TestDatabase } from '../../support/postgres/database';
import { Place } from '../support/place';
import { buildVariant } from '../support/variant';
import { importMs, type KilledImport, killImport, type Left } from './support/killed-import';

// Generous, as for all tests: each starts the product many times.
jest.setTimeout(300_000);

const seeds = 20;

describe('An import that is killed', () => {
  let database: TestDatabase;
  let place: Place;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: true });
    place = new Place();
  });
  afterAll(async () => {
    await place.remove();
    await database.drop();
  });
  beforeEach(async () => {
    app = await createTestApp(database);
    await database.pool.query(
      `insert into events (app, event_id, event, entity_type, entity_id, properties, event_time, event_offset_minutes,
         created_at)
       select $1, n::text, 'test', 'thing', 'old-' || n, '{}', now(), 0, now() from generate_series(1, 1000) n`,
      [app.id],
    );
  });

  /** What each of many killed imports left. */
  async function leftOver(
    choices: Pick<KilledImport, 'purge' | 'complete'> & { readonly program?: string },
    times: number,
  ): Promise<readonly Left[]> {
    const { pool, url } = database;
    const common = { ...choices, place, pool, url, app: app.id };
    // Until somewhat later than its end, however fast this machine is.
    const longestPauseMs = Math.round(1.5 * (await importMs({ ...common, ownIds: true })));
    const left: Left[] = [];
    for (let seed = 1; seed <= times; seed += 1) {
      left.push(await killImport({ ...common, ownIds: seed % 2 === 0, longestPauseMs }, new Random(seed)));
    }
    return left;
  }

  it.each([false, true])('before its end leaves the old events (purge: %s)', async (purge) => {
    const left = await leftOver({ purge, complete: false }, seeds);

    expect(left).toEqual(left.map(() => 'the old'));
  });

  it.each([false, true])('at its end leaves the old events or the new ones, whole (purge: %s)', async (purge) => {
    const left = await leftOver({ purge, complete: true }, seeds);

    expect(left).not.toContain('a mixture');
    // Or the kills came too early or too late to tell anything.
    expect(new Set(left)).toEqual(new Set(['the old', 'the new']));
  });

  it('is found out if it commits what it has from time to time', async () => {
    const variant = await buildVariant('service/events/transfer/event-copy.ts', 'imports-in-pieces');
    try {
      expect(await leftOver({ purge: false, complete: false, program: variant.program }, 5)).toContain('a mixture');
    } finally {
      variant.remove();
    }
  });
});
