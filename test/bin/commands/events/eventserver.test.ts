import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { appCommand } from '../../../../bin/commands/events/app';
import { eventServerCommand } from '../../../../bin/commands/events/eventserver';
import { freePort } from '../../../../service/database/cluster';
import { createTestDatabase, type TestDatabase } from '../../../support/postgres/database';
import { CommandLine } from '../command-line';

let database: TestDatabase;
let commandLine: CommandLine;

beforeEach(async () => {
  database = await createTestDatabase({ migrated: false });
  commandLine = new CommandLine(database, () => [appCommand(), eventServerCommand()]);
});

afterEach(async () => {
  await database.drop();
  commandLine.remove();
});

async function waitFor(url: string): Promise<void> {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(20);
  }
}

test('`eventserver` makes the tables, takes events, and ends in order when it is told to', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;

  const ended = commandLine.run('eventserver', '--ip', '127.0.0.1', '--port', String(port), '--stats');
  await waitFor(`${url}/readyz`);
  await database.pool.query(`insert into apps (id, name) values (1, 'MyShop')`);
  await database.pool.query(`insert into access_keys (hash, mask, app) values (sha256('k1'), '****', 1)`);
  const { status } = await fetch(`${url}/events.json?accessKey=k1`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"event":"view","entityType":"user","entityId":"u1"}',
  });
  process.emit('SIGTERM');

  const { stdout, exitCode } = await ended;
  expect(status).toBe(201);
  expect(stdout).toMatch(new RegExp(`^\\[INFO\\] \\[Pio\\$\\] Creating Event Server at 127\\.0\\.0\\.1:${port}\n`));
  expect(stdout).toContain(`[INFO] [Pio$] Event Server listens at ${url}; Ctrl-C stops it\n`);
  expect(exitCode).toBe(0);
  await expect(fetch(url)).rejects.toThrow();
});

test('a port that is taken is an error that names the option', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;

  const { stderr, exitCode } = await commandLine.run('eventserver', '--ip', '127.0.0.1', '--port', String(port));

  other.close();
  expect(stderr).toBe(`[ERROR] [Pio$] port ${port} is taken; stop what listens there or pass --port\n`);
  expect(exitCode).toBe(1);
});

test('an address that is not of this machine is an error that names the option', async () => {
  const { stderr, exitCode } = await commandLine.run('eventserver', '--ip', '999.1.1.1', '--port', '0');

  expect([stderr, exitCode]).toEqual(["[ERROR] [Pio$] --ip: '999.1.1.1' is no address of this machine\n", 1]);
});
