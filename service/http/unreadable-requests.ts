import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Envelope } from './envelopes';
import { HttpError } from './errors';

/** By Node's code of the failure; any other is 400. */
const answers: Readonly<Record<string, HttpError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: new HttpError(408, 'the request did not arrive in time'),
  HPE_HEADER_OVERFLOW: new HttpError(431, 'the request line and headers are too large'),
};
export const malformed = new HttpError(400, 'this is no valid HTTP/1.1 request');

/**
 * Makes the answer to what cannot be read as a request, so that no route and no hook sees it; the connection ends.
 * @param headers those that every response has
 */
export const unreadableRequests =
  (envelope: Envelope, headers: Readonly<Record<string, string>> = {}) =>
  (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    const answer = answers[error.code ?? ''] ?? malformed;
    const body = JSON.stringify(envelope(answer));
    const head = [
      `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status]}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
    ];
    if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    socket.destroy();
  };
