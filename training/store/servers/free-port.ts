import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Members of a cluster talk to each other on a port this much above their own. */
const busOffset = 10_000;

/** Ports below those that systems give to outgoing connections, whose bus ports are below 65,536. */
const lowest = 15_000;
const highest = 22_000;

/** A port of the loopback interface that nobody listens on, and neither on the port that belongs to it in a cluster. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest);
    if ((await isFree(port)) && (await isFree(port + busOffset))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ host: '127.0.0.1', port, exclusive: true });
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
