import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A keep-alive connection with at most one request under way. */
export class Connection {
  #received: Buffer = Buffer.alloc(0);

  private constructor(
    private readonly socket: Socket,
    private readonly onAnswer: (connection: Connection) => void,
    private readonly onFault: (error: Error) => void,
  ) {
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', onFault);
    socket.on('end', () => onFault(new Error('the server closed a connection')));
  }

  static async open(
    port: number,
    onAnswer: (connection: Connection) => void,
    onFault: (error: Error) => void,
  ): Promise<Connection> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket, onAnswer, onFault);
  }

  /** Sends a whole HTTP request. */
  send(request: string): void {
    this.socket.write(request, 'latin1');
  }

  close(): void {
    this.socket.removeAllListeners('end').destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const head = this.#received.toString('latin1', 0, headEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    if (this.#received.length < headEnd + 4 + length) return;
    const answer = this.#received;
    this.#received = Buffer.alloc(0);
    if (head.startsWith('HTTP/1.1 200 ')) this.onAnswer(this);
    else this.onFault(new Error(`the server answered:\n${answer}`));
  }
}
