import { Redis } from 'ioredis';

/** Where a server listens. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** How long a server may take to accept a connection with its password, and to answer a command, in milliseconds. */
const connectTimeout = 2000;
const commandTimeout = 8000;
/** How long a server may take to take leave, in milliseconds: one that hangs does not. */
const disconnectTimeout = 100;

/**
 * A connection that never repeats a command by itself: an increment that is sent twice counts twice, so whoever sent
 * it has to find out first whether it was applied.
 * @throws {Error} if the server does not accept it
 */
export async function openConnection(address: ServerAddress, password: string | undefined): Promise<Redis> {
  const connection = new Redis({
    ...address,
    password,
    connectTimeout,
    commandTimeout,
    disconnectTimeout,
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let cause: Error | undefined;
  // The commands that are under way fail with what is wrong; the event would only end the process.
  connection.on('error', (error: Error) => {
    cause = error;
  });
  // The system accepts connections for a server that hangs.
  const hanging = setTimeout(() => {
    cause = new Error(`no answer within ${connectTimeout / 1000} s`);
    connection.disconnect();
  }, connectTimeout);
  try {
    await connection.connect();
    return connection;
  } catch (error) {
    connection.disconnect();
    throw cause ?? error;
  } finally {
    clearTimeout(hanging);
  }
}

/** Answers of a server that is about to be replaced, or that was. */
const replaced = /^(MOVED|READONLY|CLUSTERDOWN|LOADING|MASTERDOWN|TRYAGAIN|EXECABORT|NOREPLICAS|UNBLOCKED)\b/;
const timedOut = /^Command timed out/;
const lost = /^Connection is closed|Stream isn't writeable|socket/;

/** Whether a command failed because its server is away or is no primary any more, so that another may do it. */
export function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && /^E(CONN|PIPE|TIMEDOUT|HOST|NET|AI_AGAIN)/.test(code)) return true;
  return [replaced, timedOut, lost].some((pattern) => pattern.test(error.message));
}

/** How long a server had been silent when a command failed, in milliseconds. */
export const silenceBefore = ({ message }: Error): number => (timedOut.test(message) ? commandTimeout : 0);

/** Whether a server has no memory left to write to. */
export const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && /\bOOM command not allowed/.test(error.message);

/** Whether a server wants another password. */
export const isRefusedPassword = (error: unknown): boolean =>
  error instanceof Error && /^(NOAUTH|WRONGPASS|NOPERM|ERR invalid password|ERR Client sent AUTH)/.test(error.message);
