import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { embeddedPostgresRuns, startEmbeddedPostgres } from '../../../service/database/embedded';
import { useEmbeddedPostgres } from '../../../service/database/use-embedded';

let parent: string;
let folder: string;

const use = () => useEmbeddedPostgres(folder);

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    const { rows } = await client.query('select 1 as one');
    return rows.length === 1;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

beforeAll(() => {
  parent = mkdtempSync(join(tmpdir(), 'modelapp-use-'));
  // As `modelapp start` makes it for root: the server's account passes through.
  chmodSync(parent, 0o711);
  folder = join(parent, 'postgres');
});

afterEach(async () => {
  if (embeddedPostgresRuns(folder)) await (await startEmbeddedPostgres(folder)).stop();
});

afterAll(() => rmSync(parent, { recursive: true, force: true, maxRetries: 20 }));

test('the one that started the server leaves it to those that use it', async () => {
  // GIVEN
  const first = await use();
  const second = await use();

  // WHEN
  await first.leave();

  // THEN
  expect(await answers(second.url)).toBe(true);
});

test('the last one that leaves stops the server', async () => {
  // GIVEN
  const first = await use();
  const second = await use();

  // WHEN
  await first.leave();
  await second.leave();

  // THEN
  expect(embeddedPostgresRuns(folder)).toBe(false);
});

test('of several that leave at once the last one stops the server', async () => {
  // GIVEN
  const users = await Promise.all([use(), use(), use()]);

  // WHEN
  await Promise.all(users.map((user) => user.leave()));

  // THEN
  expect(embeddedPostgresRuns(folder)).toBe(false);
});

test('one that comes while the last one leaves has a server', async () => {
  // GIVEN
  const last = await use();

  // WHEN
  const [next] = await Promise.all([use(), last.leave()]);

  // THEN
  expect(await answers(next.url)).toBe(true);
});

test('a server that was stopped under its user can be left', async () => {
  // GIVEN
  const user = await use();
  await (await startEmbeddedPostgres(folder)).stop();

  // WHEN
  const left = user.leave();

  // THEN
  await expect(left).resolves.toBeUndefined();
});
