import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { accessKeyHash } from '../../../../service/events/apps/access-key';
import { RememberedKeys } from '../../../../service/events/http/remembered-keys';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres/database';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
});
afterAll(() => database.drop());

it('finds a key that was made while an earlier look-up for it was under way', async () => {
  let arrive = () => {};
  const late = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const answered: unknown[] = [];
  // Answers are on their way until they may arrive.
  const query = async (...asked: Parameters<Pool['query']>) => {
    const answer = await database.pool.query(...asked);
    answered.push(answer);
    await late;
    return answer;
  };
  const keys = new RememberedKeys({ query } as unknown as Pool, 20_000);
  const before = keys.lookUp('my-key');
  while (answered.length === 0) await sleep(5);
  await database.pool.query(`insert into apps (id, name) values (1, 'shop')`);
  const hash = accessKeyHash('my-key');
  await database.pool.query(`insert into access_keys (hash, mask, app) values ($1, '****', 1)`, [hash]);

  const after = [keys.lookUp('my-key'), keys.lookUp('my-key')];
  arrive();

  expect(await before).toBeUndefined();
  expect(await Promise.all(after)).toEqual([expect.objectContaining({ app: 1 }), expect.objectContaining({ app: 1 })]);
});
