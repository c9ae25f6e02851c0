import type { Worker } from 'node:cluster';

/** What the cluster module of Node and its processes tell each other. */
interface ClusterMessage {
  readonly cmd?: string;
  readonly act?: string;
  /** Of a message that is to be answered. */
  readonly seq?: number;
  /** The one that is answered. */
  readonly ack?: number;
}

interface Closable {
  close(): void;
}

/**
 * Closes the connections that a request process was handed and had not taken when it died. Node keeps them open without
 * anybody who reads them, so that their clients would wait for ever.
 */
export function closeUntakenConnections(worker: Worker): void {
  const untaken = new Map<number, Closable>();
  const channel = worker.process;
  const send = channel.send.bind(channel) as (
    message: ClusterMessage,
    handle?: Closable,
    ...rest: unknown[]
  ) => boolean;
  const watchedSend: typeof send = (message, handle, ...rest) => {
    if (message.act === 'newconn' && message.seq !== undefined && handle) untaken.set(message.seq, handle);
    return send(message, handle, ...rest);
  };
  channel.send = watchedSend as typeof channel.send;
  channel.on('internalMessage', ({ ack }: ClusterMessage) => {
    if (ack !== undefined) untaken.delete(ack);
  });
  worker.once('exit', () => {
    for (const handle of untaken.values()) handle.close();
    untaken.clear();
  });
}
