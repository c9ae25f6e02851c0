import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface LoopbackRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export interface LoopbackAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer | string;
}

/** What a service that speaks JSON answers. */
export const json = (body: unknown): LoopbackAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(body),
});

/** How a service that speaks JSON refuses. */
export const jsonFailure = (type: string): LoopbackAnswer => ({
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type },
  body: JSON.stringify({ __type: type, message: type }),
});

/** Answers what is its own, and undefined to the rest. */
export type Answerer = (request: LoopbackRequest) => LoopbackAnswer | undefined | Promise<LoopbackAnswer | undefined>;

/** A server on a free port of the loopback address that stands in for AWS. */
export interface Loopback {
  readonly url: string;
  close(): Promise<void>;
}

/** The first answerer that knows the request answers it; a request that nobody knows is 501. */
export async function startLoopback(...answerers: readonly Answerer[]): Promise<Loopback> {
  const server = createServer((request, response) => void answer(request, response, answerers));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, answerers: readonly Answerer[]) {
  const { pathname, searchParams } = new URL(request.url!, 'http://loopback');
  const known: LoopbackRequest = {
    method: request.method!,
    path: pathname,
    query: searchParams,
    headers: request.headers,
    body: await buffer(request),
  };
  for (const answerer of answerers) {
    const found = await answerer(known);
    if (found) {
      response.writeHead(found.status, found.headers).end(found.body);
      return;
    }
  }
  response.writeHead(501).end(`${known.method} ${known.path}`);
}
