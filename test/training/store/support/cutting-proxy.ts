import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { ServerAddress } from '../../../../training/store/servers/connection';

/** What is lost when a connection is cut: what was asked, or only what was answered. */
export type Loss = 'request' | 'answer';

/** A way to a server that can be cut where a test wants it. */
export interface CuttingProxy {
  readonly address: ServerAddress;
  /** Cuts the connection that next carries `text` to the server. */
  cutAt(text: string, loss: Loss): void;
  /** Cuts all connections; those that come next lead to another server. */
  leadTo(server: ServerAddress): void;
  close(): void;
}

/** Passes everything on between its clients and a server. */
export async function startCuttingProxy(first: ServerAddress): Promise<CuttingProxy> {
  let server = first;
  let cut: { readonly text: string; readonly loss: Loss } | undefined;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    const upstream = connect(server);
    let swallowsAnswers = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          client.destroy();
          upstream.destroy();
        });
    }
    client.on('data', (bytes) => {
      if (cut && bytes.includes(cut.text)) {
        const { loss } = cut;
        cut = undefined;
        if (loss === 'request') {
          client.destroy();
          return;
        }
        swallowsAnswers = true;
      }
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (swallowsAnswers) client.destroy();
      else client.write(bytes);
    });
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  return {
    address: { host: '127.0.0.1', port: (proxy.address() as AddressInfo).port },
    cutAt: (text, loss) => {
      cut = { text, loss };
    },
    leadTo: (other) => {
      server = other;
      for (const socket of sockets) socket.destroy();
    },
    close: () => {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
