import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { program, runCommand } from '../support/command';
import { Place } from '../support/place';
import { type Product, stablePort, startProduct } from '../support/product';
import { until } from '../support/wait';

// Generous, as for all tests: this one makes a database.
jest.setTimeout(300_000);

/** A deleted key may be accepted for so long, in milliseconds. */
const promisedMs = 5_000;

describe('Beside `modelapp start` with its own database, `pio`', () => {
  let place: Place;
  let product: Product;
  let asPio: string;

  beforeAll(async () => {
    place = new Place();
    asPio = join(place.folder, 'pio');
    symlinkSync(program, asPio);
    product = await startProduct({ place, port: await stablePort(), eventsPort: await stablePort(), processes: 2 });
  });
  afterAll(() => place.remove());

  /** What a verb prints; it has to succeed. */
  async function pio(...args: string[]): Promise<string> {
    const { stdout, stderr, exitCode } = await runCommand({
      place,
      program: asPio,
      args: [...args, '--data', place.data],
    });
    expect({ args, stderr, exitCode }).toEqual({ args, stderr: '', exitCode: 0 });
    return stdout;
  }

  const newApp = async (name: string): Promise<{ readonly id: string; readonly key: string }> => {
    const printed = await pio('app', 'new', name);
    return { id: printed.match(/ID: (\d+)/)?.[1] as string, key: printed.match(/Access Key: (\S+)/)?.[1] as string };
  };

  const send = async (key: string, entityId = 'u', query = ''): Promise<number> => {
    const response = await fetch(`${product.eventsUrl}/events.json?accessKey=${key}${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ event: 'buy', entityType: 'user', entityId }),
    });
    return response.status;
  };

  const list = async (key: string, query = ''): Promise<readonly string[]> => {
    const response = await fetch(`${product.eventsUrl}/events.json?accessKey=${key}&limit=-1${query}`);
    if (response.status === 404) return [];
    return ((await response.json()) as { entityId: string }[]).map(({ entityId }) => entityId).sort();
  };

  it('status finds all well, and leaves nothing', async () => {
    expect(await pio('status')).toMatch(
      /Version: .*\n.*Database: PostgreSQL .*\n.*Migrations: up to date\n.*Test write: .*\n.*Your system is all ready to go\.\n$/,
    );
    expect(await pio('app', 'list')).toContain('Finished listing 0 app(s).');
  });

  it('app new makes an app whose key works at once', async () => {
    const { key } = await newApp('made');

    expect(await send(key)).toBe(201);
    expect(await pio('app', 'list')).toMatch(/ made +\| /);
    expect(await pio('app', 'show', 'made')).toContain('App Name: made');
  });

  it('app channel-new and channel-delete open and close a channel', async () => {
    const { key } = await newApp('channels');
    expect(await send(key, 'u', '&channel=web')).toBe(401);

    await pio('app', 'channel-new', 'channels', 'web');
    await until('the channel is known', async () => (await send(key, 'u', '&channel=web')) === 201, promisedMs);

    await pio('app', 'channel-delete', '-f', 'channels', 'web');
    await until('the channel is gone', async () => (await send(key, 'u', '&channel=web')) === 401, promisedMs);
  });

  it('app data-delete empties an app that goes on', async () => {
    const { key } = await newApp('emptied');
    await send(key, 'before');

    await pio('app', 'data-delete', '-f', 'emptied');

    expect(await list(key)).toEqual([]);
    expect(await send(key, 'after')).toBe(201);
    expect(await list(key)).toEqual(['after']);
  });

  it('accesskey new makes a key for some events, and delete ends it', async () => {
    await newApp('keys');
    const key = (await pio('accesskey', 'new', 'keys', 'buy')).match(/access key: (\S+)/)?.[1] as string;
    const id = (await pio('accesskey', 'list', 'keys')).match(/\| buy \| +(\d+)/)?.[1] ?? '';
    expect(await send(key)).toBe(201);

    await pio('accesskey', 'delete', '--id', id);

    await until('the key is refused', async () => (await send(key)) === 401, promisedMs);
  });

  it('import stores what the server then answers with, and export writes what the server stored', async () => {
    const { id, key } = await newApp('moved');
    const file = join(place.folder, 'events.json');
    writeFileSync(
      file,
      ['i1', 'i2'].map((entityId) => `{"event":"buy","entityType":"user","entityId":"${entityId}"}\n`).join(''),
    );
    expect(await send(key, 'sent')).toBe(201);

    await pio('import', '--appid', id, '--input', file);
    expect(await list(key)).toEqual(['i1', 'i2', 'sent']);

    for (const format of ['json', 'parquet']) {
      const output = join(place.folder, format);
      await pio('export', '--appid', id, '--output', output, '--format', format);
      expect(readdirSync(output)).toEqual([`part-00000.${format}`]);
    }
    const lines = readFileSync(join(place.folder, 'json/part-00000.json'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).entityId).sort()).toEqual(['i1', 'i2', 'sent']);
  });

  it('import --purge swaps the events while clients go on sending', async () => {
    const { id, key } = await newApp('purged');
    await send(key, 'old');
    const file = join(place.folder, 'purge.json');
    writeFileSync(file, '{"event":"buy","entityType":"user","entityId":"new"}\n');

    const [statuses] = await Promise.all([
      Promise.all(Array.from({ length: 50 }, () => send(key, 'meanwhile'))),
      pio('import', '--appid', id, '--input', file, '--purge'),
    ]);

    expect(new Set(statuses)).toEqual(new Set([201]));
    const left = new Set(await list(key));
    expect([left.has('old'), left.has('new')]).toEqual([false, true]);
  });

  it('app delete takes the app with its keys', async () => {
    const { key } = await newApp('gone');

    await pio('app', 'delete', '-f', 'gone');

    await until('the key is refused', async () => (await send(key)) === 401, promisedMs);
  });

  it('leaves the service running', async () => {
    expect((await fetch(`${product.url}/readyz`)).status).toBe(200);
    expect(await product.stop()).toEqual({ exitCode: 0, signal: null });
  });
});
