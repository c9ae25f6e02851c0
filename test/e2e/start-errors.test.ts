import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createTestDatabase, databaseUrl, type TestDatabase } from '../support/postgres/database';
import { runCommand } from './support/command';
import { mountInMemory } from './support/mount';
import { Place } from './support/place';
import { stablePort, startProduct } from './support/product';
import { writeProject } from './support/project';

// Generous, as for all tests: each starts the product several times.
jest.setTimeout(300_000);

describe('A start that cannot work', () => {
  let place: Place;
  let database: TestDatabase;
  const undo: (() => unknown)[] = [];

  beforeAll(async () => {
    database = await createTestDatabase({ migrated: false });
  });
  beforeEach(() => {
    place = new Place();
  });
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
    await place.remove();
  });
  afterAll(() => database.drop());

  const start = (...args: string[]) =>
    runCommand({
      place,
      args: ['start', '--data', place.data, '--port', '0', '--events-port', '0', '--processes', '1', ...args],
    });

  /** What was refused, in one line and without a stack; no process is left of it. */
  async function refusal(...args: string[]): Promise<{ message: string; exitCode: number | null }> {
    const before = place.processes();
    const { exitCode, stderr } = await start(...args);
    expect(stderr).toMatch(/^modelapp: .*\n$/);
    expect(place.processes()).toEqual(before);
    return { message: stderr, exitCode };
  }

  it.each(['--port', '--events-port'])(
    'names the port that is taken, and the option for another: %s',
    async (option) => {
      const server = createServer().listen(0, '127.0.0.1');
      undo.push(() => server.close());
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const { message, exitCode } = await refusal(option, String(port));
      expect(message).toBe(`modelapp: port ${port} is taken; stop what listens there or pass ${option}\n`);
      expect(exitCode).toBe(1);
    },
  );

  it('names the data directory on a read-only file system', async () => {
    undo.push(mountInMemory(place.data, 'ro'));
    const { message, exitCode } = await refusal();
    expect(message).toBe(`modelapp: ${place.data}: is on a read-only file system; pass another folder with --data\n`);
    expect(exitCode).toBe(1);
  });

  it('names the file that is no data directory', async () => {
    writeFileSync(place.data, 'a file');
    const { message, exitCode } = await refusal();
    expect(message).toBe(`modelapp: ${place.data}: is not a directory; pass another folder with --data\n`);
    expect(exitCode).toBe(1);
  });

  it('names the process that uses the data directory, which serves on', async () => {
    const running = await startProduct({ place, port: await stablePort(), database: database.url, processes: 1 });
    const { message, exitCode } = await refusal();
    expect(message).toContain(`${place.data}: is in use by process ${running.command.pid}; stop that one, or pass`);
    expect(exitCode).toBe(1);
    expect((await fetch(`${running.url}/readyz`)).status).toBe(200);
  });

  it('names the database that refuses connections', async () => {
    const port = await stablePort();
    const { message, exitCode } = await refusal('--database', `postgres://user:secret@127.0.0.1:${port}/name`);
    expect(message).toContain(`PostgreSQL at 127.0.0.1:${port}/name: nothing listens there; start PostgreSQL`);
    expect(message).not.toContain('secret');
    expect(exitCode).toBe(4);
  });

  it('names the user whose password is wrong, and not the password', async () => {
    const url = new URL(database.url);
    url.password = 'wrong-password';
    const { message, exitCode } = await refusal('--database', url.href);
    expect(message).toContain(`the password of '${url.username}' is wrong; put the right one into the URL`);
    expect(message).not.toContain('wrong-password');
    expect(exitCode).toBe(4);
  });

  it('names the database that does not exist', async () => {
    const { message, exitCode } = await refusal('--database', databaseUrl(database.url, 'no_such_database'));
    expect(message).toContain(`there is no database 'no_such_database'; create it, or correct the URL`);
    expect(exitCode).toBe(4);
  });

  it('names the place of a mistake in the configuration', async () => {
    const config = writeProject(place, { http: { drainMs: -1 } });
    const { message, exitCode } = await refusal('--config', config);
    expect(message).toContain('modelapp.config.ts: http.drainMs');
    expect(exitCode).toBe(2);
  });

  it('names the configuration that is missing', async () => {
    mkdirSync(place.data);
    const { message, exitCode } = await refusal('--config', join(place.data, 'none.ts'));
    expect(message).toContain('none.ts: there is no such file');
    expect(exitCode).toBe(2);
  });

  it('names the option that takes no such value', async () => {
    const { message, exitCode } = await refusal('--processes', 'many');
    expect(message).toBe("modelapp: --processes: 'many' is not a whole number from 1 to 256\n");
    expect(exitCode).toBe(2);
  });

  it('names the option that does not exist, and where to find those that do', async () => {
    const { exitCode, stderr } = await start('--prot', '8080');
    expect(stderr).toMatch(/^error: unknown option '--prot'\n.*\(add --help for usage and an example\)\n$/s);
    expect(exitCode).toBe(2);
    expect(place.processes()).toEqual([]);
  });
});
