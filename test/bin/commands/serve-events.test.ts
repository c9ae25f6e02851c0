import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { accessKeyCommand } from '../../../bin/commands/events/accesskey';
import { appCommand } from '../../../bin/commands/events/app';
import { exportCommand } from '../../../bin/commands/events/export';
import { importCommand } from '../../../bin/commands/events/import';
import { statusCommand } from '../../../bin/commands/events/status';
import { serveCommand } from '../../../bin/commands/serve';
import shippedConfig from '../../../modelapp.config';
import { freePort } from '../../../service/database/cluster';
import { buildBundles } from '../../lambda/support/bundles';
import { invoke } from '../../lambda/support/invoke';
import { type RdsServer, startRds } from '../../lambda/support/rds';
import { runFolder } from '../../support/test-run';
import { CommandLine, type Ended } from './command-line';

let rds: RdsServer;
let bundles: string;
let commandLine: CommandLine;
let folder: string;
let port: number;

const verbs = () => [
  serveCommand(),
  appCommand(),
  accessKeyCommand(),
  importCommand(),
  exportCommand(),
  statusCommand(),
];
const urlAs = (role: string): string => rds.url.replace('//', `//${role}@`);

beforeAll(async () => {
  bundles = join(runFolder(), 'serve-events-bundles');
  await buildBundles(bundles);
  rds = await startRds();
  folder = mkdtempSync(join(runFolder(), 'serve-events-'));
  writeFileSync(join(folder, 'VERSION'), '1.2.0\n');
  const config = { ...shippedConfig, http: { drainMs: 1_500 } };
  writeFileSync(join(folder, 'modelapp.config.js'), `exports.default = ${JSON.stringify(config)};`);
});
afterAll(() => rds?.remove());

beforeEach(async () => {
  await rds.reset();
  port = await freePort();
  commandLine = new CommandLine({ url: urlAs('modelapp_events') }, verbs);
});
afterEach(() => commandLine.remove());

/** Makes roles and tables as the deployment of `ModelApp-Base` does. */
async function deployBase(): Promise<void> {
  const { username, password } = rds.master;
  const inside = { bundle: join(bundles, 'database-inside'), environment: { MODELAPP_DATABASE_URL: rds.url } };
  const { error } = await invoke(inside, { user: username, password });
  if (error) throw new Error(error);
}

let ended: Ended | undefined;

async function serve(): Promise<Ended> {
  ended = undefined;
  ended = await commandLine.run(
    ...['serve', '--role', 'events', '--config', join(folder, 'modelapp.config.js')],
    ...['--host', '127.0.0.1', '--port', String(port)],
  );
  return ended;
}

const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
const post = (path: string, body: unknown) =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

async function untilStatus(path: string, status: number): Promise<void> {
  while (!ended) {
    const answer = await get(path).catch(() => undefined);
    if (answer?.status === status) return;
    await sleep(20);
  }
  throw new Error(`it ended instead: ${ended.stderr}`);
}

/** Serves while something is done, and then ends it as ECS does. */
async function whileServing(work: () => Promise<void>): Promise<Ended> {
  const end = serve();
  try {
    await untilStatus('/readyz', 200);
    await work();
  } finally {
    process.emit('SIGTERM');
  }
  return end;
}

const view = { event: 'view', entityType: 'user', entityId: 'u1' };

describe('an instance in the role `events`, on a database whose tables the base stack made', () => {
  let key: string;
  beforeEach(async () => {
    await deployBase();
    const { stdout } = await commandLine.run('app', 'new', 'shop');
    key = /Access Key: (\S+)/.exec(stdout)![1]!;
  });

  test('has the rights for every kind of request', async () => {
    const answers: [string, number][] = [];
    const note = async (what: string, answer: Promise<Response>) => answers.push([what, (await answer).status]);

    await whileServing(async () => {
      const auth = `?accessKey=${key}`;
      await note('store', post(`/events.json${auth}`, view));
      await note('store again under an id', post(`/events.json${auth}`, { ...view, eventId: 'a' }));
      await note('store twice', post(`/events.json${auth}`, { ...view, eventId: 'a' }));
      await note('batch', post(`/batch/events.json${auth}`, [view, { ...view, event: '$set', properties: { a: 1 } }]));
      await note('list', get(`/events.json${auth}`));
      await note('find', get(`/events/a.json${auth}`));
      await note('entity', get(`/entities/user/u1.json${auth}`));
      await note('statistics', get(`/stats.json${auth}`));
      await note('delete', fetch(`http://127.0.0.1:${port}/events/a.json${auth}`, { method: 'DELETE' }));
      await note('metrics', get('/metrics'));
    });

    expect(answers.filter(([, status]) => status >= 400)).toEqual([]);
    expect(answers[0]).toEqual(['store', 201]);
    expect(await rds.query('select count(*)::integer as stored from events')).toEqual([{ stored: 3 }]);
  });

  test('has the rights for every command on apps, keys and events', async () => {
    const file = join(folder, 'events.json');
    writeFileSync(file, `${JSON.stringify({ ...view, eventId: 'a' })}\n`);
    const target = join(mkdtempSync(join(runFolder(), 'exported-')), 'events');

    const all = [
      await commandLine.run('app', 'new', '--id', '7', '--access-key', 'k7', 'other'),
      await commandLine.run('app', 'list'),
      await commandLine.run('app', 'channel-new', 'shop', 'mobile'),
      await commandLine.run('accesskey', 'new', 'shop', 'view'),
      await commandLine.run('accesskey', 'delete', 'k7'),
      await commandLine.run('import', '--appid', '1', '--input', file),
      await commandLine.run('import', '--appid', '1', '--input', file, '--purge'),
      await commandLine.run('export', '--appid', '1', '--output', target),
      await commandLine.run('status'),
      await commandLine.run('app', 'channel-delete', '--force', 'shop', 'mobile'),
      await commandLine.run('app', 'data-delete', '--force', 'shop'),
      await commandLine.run('app', 'delete', '--force', 'shop'),
    ];

    expect(all.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
  });

  test('serves events and nothing else', async () => {
    await whileServing(async () => {
      expect((await get('/alive')).status).toBe(404);
      expect((await get('/predict')).status).toBe(404);
    });
  });

  test('is healthy by the health check of the container, and is not once it has ended', async () => {
    const script = join(folder, 'health.js');
    await promisify(execFile)('node_modules/.bin/esbuild', [
      ...['bin/health.ts', '--bundle', '--platform=node', `--outfile=${script}`],
    ]);
    const env = { ...process.env, MODELAPP_ROLE: 'events', MODELAPP_PORT: String(port) };
    const check = () => promisify(execFile)(process.execPath, [script], { env });

    await whileServing(async () => {
      await expect(check()).resolves.toBeDefined();
    });

    await expect(check()).rejects.toMatchObject({ code: 1 });
  });

  test('becomes unready on SIGTERM, takes events for as long as a load balancer takes to notice, and ends with 0', async () => {
    const during: number[] = [];

    const end = serve();
    await untilStatus('/readyz', 200);
    process.emit('SIGTERM');
    await untilStatus('/readyz', 503);
    during.push((await post(`/events.json?accessKey=${key}`, view)).status);

    expect((await end).exitCode).toBe(0);
    expect(during).toEqual([201]);
    await expect(get('/')).rejects.toThrow();
  });

  test('waits for a database that is away, and then takes events', async () => {
    // GIVEN an address at which the database does not answer yet
    const away = await freePort();
    const atAway = new URL(urlAs('modelapp_events'));
    atAway.port = String(away);
    commandLine.remove();
    commandLine = new CommandLine({ url: atAway.href }, verbs);

    // WHEN
    const end = serve();
    await untilStatus('/readyz', 503);
    const database = createServer((client) => {
      const server = connect(Number(new URL(rds.url).port), '127.0.0.1');
      for (const socket of [client, server]) socket.on('error', () => {});
      client.pipe(server).pipe(client);
    }).listen(away, '127.0.0.1');
    await untilStatus('/readyz', 200);
    const { status } = await post(`/events.json?accessKey=${key}`, view);
    process.emit('SIGTERM');

    // THEN
    expect(status).toBe(201);
    expect((await end).exitCode).toBe(0);
    database.close();
  });
});

test('without tables it says so and makes none, as another role makes them', async () => {
  await deployBase();
  await rds.query('drop table event_stats');
  await rds.query(`delete from modelapp_migrations where name like '0004%'`);

  const { stderr, exitCode } = await serve();

  expect(stderr).toBe(
    'modelapp: the tables of the event server are missing or old (shared/0004-events.sql); run: modelapp migrate, on AWS: modelapp deploy events\n',
  );
  expect(exitCode).toBe(1);
  expect(await rds.query(`select to_regclass('event_stats') as name`)).toEqual([{ name: null }]);
});

test('a login that is refused ends it, so that a deployment fails', async () => {
  await deployBase();
  await rds.query('alter role modelapp_events nologin');

  const { stderr, exitCode } = await serve();

  expect(stderr).toContain("'modelapp_events'");
  expect(exitCode).toBe(4);
});

test('a role that is none is a usage error', async () => {
  const { stderr, exitCode } = await commandLine.run('serve', '--role', 'training');

  expect(stderr).toContain('Allowed choices are inference, events');
  expect(exitCode).toBe(2);
});
