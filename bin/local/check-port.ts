import { createServer } from 'node:net';
import { CommandError, ExitCode } from '../failure';

/** How a command calls what it listens on. */
export interface ListenOptions {
  readonly host: string;
  readonly port: string;
}

const defaultOptions: ListenOptions = { host: '--host', port: '--port' };

/**
 * Finds out whether a port can be listened on, before anything else is started.
 * @param options those that choose another host and port
 * @throws {CommandError} saying what to do if it cannot
 */
export function checkPort(host: string, port: number, options: ListenOptions = defaultOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port, options)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}

function explain(
  { code, message }: NodeJS.ErrnoException,
  host: string,
  port: number,
  options: ListenOptions,
): CommandError {
  if (code === 'EADDRINUSE')
    return new CommandError(`port ${port} is taken; stop what listens there or pass ${options.port}`);
  if (code === 'EACCES')
    return new CommandError(`port ${port} needs more rights; pass ${options.port} with a number above 1023`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new CommandError(`${options.host}: '${host}' is no address of this machine`, ExitCode.usage);
  }
  return new CommandError(`cannot listen on ${host}, port ${port}: ${message}`);
}
