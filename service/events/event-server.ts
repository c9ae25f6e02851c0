import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { EventsConfig, HttpConfig } from '../../config/schema';
import type { Version } from '../../config/version';
import { readInTime } from '../database/commit/outcomes';
import { pendingMigrations } from '../database/migrations';
import { createPool, type DatabaseSettings } from '../database/pool';
import type { Lifecycle } from '../lifecycle';
import type { Metrics } from '../metrics/metrics';
import { EventMetrics } from './event-metrics';
import { RememberedKeys } from './http/remembered-keys';
import { createServer } from './http/server';
import { EntityReader } from './read/entities';
import { EventLister } from './read/list-events';
import { EventStore } from './store/event-store';

export interface EventServerOptions {
  readonly config: EventsConfig;
  /** Timeouts of connections. */
  readonly http: HttpConfig;
  readonly version: Version;
  readonly database: Pick<DatabaseSettings, 'url' | 'auth'>;
  readonly host: string;
  readonly port: number;
  readonly lifecycle: Lifecycle;
  /** Of this process. */
  readonly metrics: Metrics;
  /** Those of all processes, as Prometheus text. */
  readonly collectMetrics: () => Promise<string>;
  readonly logger: Logger;
}

/** An event server that listens. */
export interface EventServer {
  readonly server: FastifyInstance;
  readonly host: string;
  /** The real port if 0 was asked for. */
  readonly port: number;
  /** Ends the connections to the database; the server must be closed. */
  closeDatabase(): Promise<void>;
}

/**
 * Connections of one process: for storing and deleting, for short questions, for entities, and for lists of any length,
 * whose clients may be slow and so must not keep the others waiting.
 */
const connections = { writing: 2, reading: 4, entities: 2, streaming: 2 } as const;

/** How long `/readyz` waits for the database, in milliseconds. */
const readinessMs = 1_000;

/** Starts the event server in this process; it needs no database to start. */
export async function startEventServer(options: EventServerOptions): Promise<EventServer> {
  const { config, http, version, host, port, lifecycle, metrics, collectMetrics, logger } = options;
  const waitMs = config.commitWaitMs;
  const open = (maxConnections: number, statementTimeoutMs: number, pipeline = false) =>
    createPool({
      ...options.database,
      application: 'modelapp events',
      maxConnections,
      connectTimeoutMs: waitMs,
      statementTimeoutMs,
      pipeline,
    });
  const [writing, reading, entities, streaming] = await Promise.all([
    open(connections.writing, waitMs, true),
    open(connections.reading, waitMs),
    open(connections.entities, waitMs),
    open(connections.streaming, http.requestTimeoutMs),
  ]);
  const eventMetrics = new EventMetrics(metrics.registry, () => store.waiting);
  const store: EventStore = new EventStore({
    pool: writing,
    instance: randomUUID(),
    queueLimit: config.queueLimit,
    onCommit: (events, seconds) => eventMetrics.committed(events, seconds),
  });
  const context = {
    config,
    version,
    database: reading,
    keys: new RememberedKeys(reading, waitMs),
    store,
    lister: new EventLister(reading, streaming),
    entities: new EntityReader(entities),
    lifecycle,
    isPrepared: preparedCheck(reading, version),
    metrics: collectMetrics,
    onAnswer: (method: string, route: string, status: number) => metrics.request(method, route, status),
  };
  const server = await createServer({ context, http, logger });
  const closeDatabase = async () => {
    await Promise.all([writing, reading, entities, streaming].map((pool) => pool.end()));
  };
  try {
    await server.listen({ host, port });
  } catch (error) {
    await closeDatabase();
    throw error;
  }
  return { server, host, port: (server.server.address() as AddressInfo).port, closeDatabase };
}

/** Asks the database each time; tables that were there once stay. */
function preparedCheck(pool: Pool, version: Version): () => Promise<boolean> {
  let isMigrated = false;
  const check = async () => {
    const client = await pool.connect();
    try {
      if (isMigrated) await client.query('select 1');
      else isMigrated = (await pendingMigrations(client, { version, scopes: ['shared'] })).length === 0;
      return isMigrated;
    } finally {
      client.release();
    }
  };
  return () => readInTime(readinessMs, check()).catch(() => false);
}
