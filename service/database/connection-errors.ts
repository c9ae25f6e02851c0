import { userInfo } from 'node:os';
import type { Pool } from 'pg';
import { parse } from 'pg-connection-string';

/** The oldest PostgreSQL that works. */
const oldestMajor = 14;

/** A database that answers and cannot be used all the same. */
class UnusableDatabaseError extends Error {
  override readonly name = 'UnusableDatabaseError';
}

/**
 * Connects once.
 * @throws what the connection throws, and {@link UnusableDatabaseError} if the server is too old
 */
export async function checkDatabase(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ number: string; version: string }>(
    `select current_setting('server_version_num') as number, current_setting('server_version') as version`,
  );
  const [{ number, version } = { number: '0', version: 'unknown' }] = rows;
  if (Number(number) < oldestMajor * 10_000) {
    throw new UnusableDatabaseError(`is PostgreSQL ${version}; use ${oldestMajor} or newer`);
  }
}

/**
 * One line that says what is wrong with a connection and what to do, without the password.
 * @param error what connecting threw
 */
export function explainConnectionError(error: unknown, url: string): string {
  const { place, host, database, user, password } = readTarget(url);
  if (!place) return 'The database URL is not valid; write postgresql://user:password@host:5432/database';
  const { code = '', message: told = String(error) } = error as { code?: string; message?: string };
  const message = hidePassword(told, password);
  const byCode: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there; start PostgreSQL, or correct host and port of the URL',
    ENOTFOUND: `the host '${host}' is unknown; correct the URL`,
    EAI_AGAIN: `the host '${host}' cannot be looked up now; check the name service`,
    ETIMEDOUT: noAnswer,
    EHOSTUNREACH: noAnswer,
    ENETUNREACH: noAnswer,
    ECONNRESET: 'the connection was cut; check that PostgreSQL runs there, and whether it wants TLS',
    '28P01': `the password of '${user}' is wrong; put the right one into the URL, PGPASSWORD or ~/.pgpass`,
    '28000': `'${user}' may not log in: ${firstLine(message)}`,
    '3D000': `there is no database '${database}'; create it, or correct the URL`,
    '53300': 'it has no connection left; raise its max_connections, or end other clients',
    '57P03': 'it is starting or stopping; try again in a moment',
    '42501': `'${user}' lacks a right: ${firstLine(message)}`,
    SELF_SIGNED_CERT_IN_CHAIN: untrusted,
    DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
    ERR_TLS_CERT_ALTNAME_INVALID: `its certificate is not for '${host}'; use the host name that the certificate has`,
  };
  const reason = byCode[code] ?? byMessage(message, user) ?? (firstLine(message) || code);
  return `PostgreSQL at ${place}: ${reason}`;
}

const noAnswer = 'no answer; check host and port of the URL, and whether a firewall lies between';
const untrusted =
  'its TLS certificate is not trusted; add sslrootcert=FILE to the URL, or sslmode=no-verify for a test';

function byMessage(message: string, user: string): string | undefined {
  if (/timeout/i.test(message)) return noAnswer;
  if (message.includes('client password must be a string')) {
    return `it asks for the password of '${user}'; put it into the URL, PGPASSWORD or ~/.pgpass`;
  }
  if (message.includes('does not support SSL')) return 'it has no TLS; remove sslmode from the URL';
  if (message.includes('terminated unexpectedly')) return 'the connection was cut; check that PostgreSQL runs there';
  if (message.includes('Could not load credentials')) {
    return 'no AWS credentials for the login token; give the process a role, or set AWS_PROFILE';
  }
  return undefined;
}

interface Target {
  /** Host, port and database, to show; undefined if the URL is none. */
  readonly place: string | undefined;
  readonly host: string;
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

function readTarget(url: string): Target {
  const none: Target = { place: undefined, host: '', database: '', user: '', password: '' };
  if (!/^postgres(ql)?:\/\//.test(url)) return none;
  try {
    const { host, port, database, user, password } = parse(url);
    const target = {
      host: host || process.env.PGHOST || 'localhost',
      database: database || process.env.PGDATABASE || '',
      user: user || process.env.PGUSER || userInfo().username,
      password: password || process.env.PGPASSWORD || '',
    };
    return { ...target, place: `${target.host}:${port || process.env.PGPORT || 5432}/${target.database}` };
  } catch {
    return none;
  }
}

const firstLine = (text: string): string => text.split('\n')[0] ?? '';

function hidePassword(text: string, password: string): string {
  return password ? text.replaceAll(password, '***').replaceAll(encodeURIComponent(password), '***') : text;
}
