import { randomBytes } from 'node:crypto';
import pino, { type Logger } from 'pino';
import { resolveConfig } from '../../config/resolve';
import type { ConfigInput, HttpConfig } from '../../config/schema';
import shippedConfig from '../../modelapp.config';
import { accessKeyHash, generateAccessKey, maskAccessKey } from '../../service/events/apps/access-key';
import { type EventServer, startEventServer } from '../../service/events/event-server';
import { Lifecycle } from '../../service/lifecycle';
import { Metrics } from '../../service/metrics/metrics';
import { createTestDatabase, type TestDatabase, testVersion } from './postgres/database';

export interface TestEventServiceOptions {
  readonly config?: ConfigInput['events'];
  /** @default as configured */
  readonly http?: Partial<HttpConfig>;
  /** @default a new, migrated database */
  readonly database?: TestDatabase;
  /** The address that the service uses. @default that of the database */
  readonly databaseUrl?: string;
  /** @default silent */
  readonly logger?: Logger;
}

/** An answer, its body parsed if it is JSON. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/** An app of its own in the database, with a key and a channel. */
export interface TestApp {
  readonly id: number;
  readonly name: string;
  readonly key: string;
  readonly channel: { readonly name: string; readonly id: number };
}

/** The event server in this process. */
export interface TestEventService {
  readonly url: string;
  readonly database: TestDatabase;
  readonly lifecycle: Lifecycle;
  /** Sends a request; a body that is not text or bytes goes as JSON. */
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<TestAnswer>;
  stop(): Promise<void>;
}

export async function startTestEventService(options: TestEventServiceOptions = {}): Promise<TestEventService> {
  const database = options.database ?? (await createTestDatabase({ migrated: true }));
  const { events, http } = resolveConfig({ ...shippedConfig, events: options.config ?? {} });
  const lifecycle = new Lifecycle();
  const metrics = new Metrics(testVersion);
  const service: EventServer = await startEventServer({
    config: events,
    http: { ...http, ...options.http },
    version: testVersion,
    database: { url: options.databaseUrl ?? database.url },
    host: '127.0.0.1',
    port: 0,
    lifecycle,
    metrics,
    collectMetrics: () => metrics.registry.metrics(),
    logger: options.logger ?? pino({ level: 'silent' }),
  });
  lifecycle.started();
  const url = `http://127.0.0.1:${service.port}`;
  return {
    url,
    database,
    lifecycle,
    send: (method, path, body, headers) => send(`${url}${path}`, method, body, headers),
    async stop() {
      await service.server.close();
      await service.closeDatabase();
      if (!options.database) await database.drop();
    },
  };
}

/**
 * Gives the tests of a file one event server, and each of them an app of its own.
 * @returns what there is while a test runs
 */
export function givenEventService(): { readonly service: TestEventService; readonly app: TestApp } {
  let service: TestEventService;
  let app: TestApp;
  beforeAll(async () => {
    service = await startTestEventService();
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    app = await createTestApp(service.database);
  });
  return {
    get service() {
      return service;
    },
    get app() {
      return app;
    },
  };
}

async function send(
  url: string,
  method: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestAnswer> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: isRaw ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

/** Makes an app with a key that may write these events, all if none are named. */
export async function createTestApp(
  { pool }: Pick<TestDatabase, 'pool'>,
  events: readonly string[] = [],
): Promise<TestApp> {
  const name = randomBytes(6).toString('hex');
  const { rows: apps } = await pool.query<{ id: number }>('insert into apps (name) values ($1) returning id', [name]);
  const id = apps[0]?.id as number;
  const { rows: channels } = await pool.query<{ id: number }>(
    `insert into channels (app, name) values ($1, 'backup') returning id`,
    [id],
  );
  const key = await createTestKey(pool, id, events);
  return { id, name, key, channel: { name: 'backup', id: channels[0]?.id as number } };
}

/** Makes another key of an app. */
export async function createTestKey(
  pool: TestDatabase['pool'],
  app: number,
  events: readonly string[] = [],
): Promise<string> {
  const key = generateAccessKey();
  await pool.query(`insert into access_keys (hash, mask, app, events) values ($1, $2, $3, $4)`, [
    accessKeyHash(key),
    maskAccessKey(key),
    app,
    events,
  ]);
  return key;
}
