import { createServer } from 'node:net';
import { CommandError, ExitCode } from '../failure';

/**
 * Finds out whether a port can be listened on, before anything else is started.
 * @param option that chooses another port
 * @throws {CommandError} saying what to do if it cannot
 */
export function checkPort(host: string, port: number, option = '--port'): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port, option)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}

function explain({ code, message }: NodeJS.ErrnoException, host: string, port: number, option: string): CommandError {
  if (code === 'EADDRINUSE')
    return new CommandError(`port ${port} is taken; stop what listens there or pass ${option}`);
  if (code === 'EACCES')
    return new CommandError(`port ${port} needs more rights; pass ${option} with a number above 1023`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new CommandError(`--host: '${host}' is no address of this machine`, ExitCode.usage);
  }
  return new CommandError(`cannot listen on ${host}, port ${port}: ${message}`);
}
