import { createServer } from 'node:net';
import { Command, type CommandOptions, type Ended } from './command';
import { childrenOf, signal } from './place';
import { until } from './wait';

export interface ProductOptions extends Omit<CommandOptions, 'args'> {
  readonly port: number;
  /** @default any free one */
  readonly eventsPort?: number;
  /** @default the embedded database */
  readonly database?: string;
  /** @default 2 */
  readonly processes?: number;
  /** @default the shipped configuration */
  readonly config?: string;
  /** @default loopback */
  readonly host?: string;
}

/** `modelapp start`, serving. */
export interface Product {
  readonly url: string;
  /** Of its event server, if its port was given. */
  readonly eventsUrl: string;
  readonly command: Command;
  /** The request processes that run now. */
  workers(): number[];
  /** Asks it to end, and waits for that. */
  stop(name?: 'SIGINT' | 'SIGTERM'): Promise<Ended>;
  /** SIGKILL to the supervising process alone; its children are left to themselves. */
  killSupervisor(): Promise<void>;
  /** Resolves when the database has all that was answered before. */
  untilShipped(): Promise<void>;
}

/** Starts the product and waits until it serves. @throws {Error} with what it printed, if it ends instead */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const { place, port, eventsPort = 0, database, processes = 2, config, host } = options;
  const command = new Command({
    ...options,
    args: [
      'start',
      ...[
        '--data',
        place.data,
        '--port',
        String(port),
        '--events-port',
        String(eventsPort),
        '--processes',
        String(processes),
      ],
      ...(database ? ['--database', database] : []),
      ...(config ? ['--config', config] : []),
      ...(host ? ['--host', host] : []),
    ],
  });
  await command.untilPrinted('Try it:');
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    eventsUrl: `http://127.0.0.1:${eventsPort}`,
    command,
    workers: () => childrenOf(command.pid, 'worker'),
    stop(name = 'SIGINT') {
      if (command.running) signal(command.pid, name);
      return command.ended;
    },
    async killSupervisor() {
      signal(command.pid, 'SIGKILL');
      // 'close' would wait for the children that have the same output.
      await until('the supervisor is gone', () => command.child.signalCode !== null);
    },
    untilShipped: () => until('the spool is empty', async () => (await spoolBytes(url)) === 0),
  };
}

/** Bytes in the spool that the database does not have yet; undefined while nobody answers. */
async function spoolBytes(url: string): Promise<number | undefined> {
  const response = await fetch(`${url}/metrics`).catch(() => undefined);
  const value = /^modelapp_spool_bytes (\d+)$/m.exec((await response?.text()) ?? '')?.[1];
  return value === undefined ? undefined : Number(value);
}

/** A port that stays the product's over its restarts: below those that systems give to connections. */
export async function stablePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once('error', () => resolve(false))
      .listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
