import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** How answers begin that are none of a fault. */
const accepted = ['HTTP/1.1 200 ', 'HTTP/1.1 201 '].map((start) => Buffer.from(start));
const headEnd = Buffer.from('\r\n\r\n');
const nothing: Buffer = Buffer.alloc(0);
const contentLength = /\r\ncontent-length: (\d+)/i;

/** A keep-alive connection with at most one request under way. Looking at an answer costs less than making it. */
export class Connection {
  /** When the request under way was due, in milliseconds of `performance.now()`. */
  due = 0;
  #received = nothing;

  private constructor(
    private readonly socket: Socket,
    private readonly onAnswer: (connection: Connection, answer: Buffer) => void,
    private readonly onFault: (error: Error) => void,
  ) {
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', onFault);
    socket.on('end', () => onFault(new Error('the server closed a connection')));
  }

  /** @param onAnswer gets each answer whole, with its head */
  static async open(
    port: number,
    onAnswer: (connection: Connection, answer: Buffer) => void,
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
    const answer = this.#received;
    const bodyStart = answer.indexOf(headEnd) + headEnd.length;
    if (bodyStart < headEnd.length) return;
    const length = Number(contentLength.exec(answer.toString('latin1', 0, bodyStart))?.[1]);
    if (answer.length < bodyStart + length) return;
    this.#received = nothing;
    if (accepted.some((start) => answer.compare(start, 0, start.length, 0, start.length) === 0))
      this.onAnswer(this, answer);
    else this.onFault(new Error(`the server answered:\n${answer}`));
  }
}
