import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Before the server gets the COMMIT, or after it has answered. */
export type Moment = 'before' | 'after';

/** A way to a PostgreSQL on which replies to COMMIT get lost. */
export interface CommitCutter {
  /** The same database by this way. */
  readonly url: string;
  /** How many connections were cut so far. */
  readonly cuts: number;
  /** Cuts the connection of every n-th COMMIT from now on, by default after the server has answered; 0: of none. */
  cutEvery(n: number, moment?: Moment): void;
  close(): Promise<void>;
}

/** The message of a client that commits: type Q, length and text. */
const commit = Buffer.from('Q\0\0\0\x0bcommit\0', 'latin1');

/** Passes everything on, until it drops a connection whose COMMIT the server has answered, before the client hears of it. */
export async function openCommitCutter(url: string): Promise<CommitCutter> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let every = 0;
  let when: Moment = 'after';
  let commits = 0;
  let cuts = 0;

  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname);
    let doomed = false;
    const end = () => {
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) {
      sockets.add(socket.setNoDelay());
      socket.on('error', end).on('close', () => {
        sockets.delete(socket);
        end();
      });
    }
    client.on('data', (bytes) => {
      if (every > 0 && bytes.includes(commit)) {
        commits += 1;
        doomed = commits % every === 0;
        if (doomed && when === 'before') {
          cuts += 1;
          end();
          return;
        }
      }
      database.write(bytes);
    });
    database.on('data', (bytes) => {
      if (!doomed) {
        client.write(bytes);
        return;
      }
      cuts += 1;
      end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const way = new URL(url);
  way.port = String((server.address() as AddressInfo).port);
  return {
    url: way.href,
    get cuts() {
      return cuts;
    },
    cutEvery(n, moment = 'after') {
      every = n;
      when = moment;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
