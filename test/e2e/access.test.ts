import { readFileSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Environment } from '../../config/environment';
import { createTestDatabase, type TestDatabase } from '../support/postgres/database';
import { Place } from './support/place';
import { type Product, stablePort, startProduct } from './support/product';

// Generous, as for all tests: each starts the product several times.
jest.setTimeout(300_000);

describe('Who may call a started service', () => {
  let database: TestDatabase;
  let place: Place;

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
  });
  beforeEach(() => {
    place = new Place();
  });
  afterEach(() => place.remove());
  afterAll(() => database.drop());

  const start = async (host?: string): Promise<Product> =>
    startProduct({
      place,
      port: await stablePort(),
      database: database.url,
      processes: 1,
      environment: { [Environment.logLevel]: 'debug' },
      ...(host && { host }),
    });

  const predict = '/predict?sepal_length=5.1&sepal_width=3.5&petal_length=1.4&petal_width=0.2';

  async function statusOf(product: Product, method: string, path: string, key?: string): Promise<number> {
    const response = await fetch(`${product.url}${path}`, { method, ...(key && { headers: { 'x-api-key': key } }) });
    await response.arrayBuffer();
    return response.status;
  }

  it('on all addresses: who has a key of the file that only its owner may read', async () => {
    // GIVEN
    const product = await start('0.0.0.0');
    // THEN without a key only health is told
    expect(await statusOf(product, 'GET', predict)).toBe(401);
    expect(await statusOf(product, 'POST', '/fit')).toBe(401);
    expect(await statusOf(product, 'GET', predict, 'wrong')).toBe(401);
    expect(await statusOf(product, 'GET', '/readyz')).toBe(200);
    // AND each key opens its level
    const file = join(place.data, 'keys.json');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const keys = JSON.parse(readFileSync(file, 'utf8')) as { predict: string; admin: string };
    expect(await statusOf(product, 'GET', predict, keys.predict)).toBe(200);
    expect(await statusOf(product, 'POST', '/update-model-cache', keys.predict)).toBe(403);
    expect(await statusOf(product, 'POST', '/update-model-cache', keys.admin)).toBe(200);
    // AND no output of the program holds one, only the place of the file
    const { command } = product;
    expect(command.stdout).toContain(file);
    for (const key of Object.values(keys)) expect(command.stdout + command.stderr).not.toContain(key);
    // AND another start keeps them
    await product.stop();
    expect(await statusOf(await start('0.0.0.0'), 'GET', predict, keys.predict)).toBe(200);
  });

  it('on loopback: everybody on this machine, and no page of another site', async () => {
    const product = await start();
    expect(await statusOf(product, 'GET', predict)).toBe(200);
    expect(await statusAs(product, { host: 'localhost' })).toBe(200);
    expect(await statusAs(product, { host: 'attacker.example' })).toBe(403);
    expect(await statusAs(product, { origin: 'http://attacker.example' })).toBe(403);
  });

  /** The status of a prediction with headers that `fetch` sets itself. */
  function statusAs({ url }: Product, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      request(`${url}${predict}`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
  }
});
