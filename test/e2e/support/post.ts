import { type Agent, type IncomingHttpHeaders, request } from 'node:http';

/** What came back. */
export interface Received {
  /** Undefined if the connection failed. */
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends JSON. Resolves in any case; a connection that fails, also in the midst of an answer, gives no status. */
export function post(agent: Agent, url: string, body: string): Promise<Received> {
  return new Promise((resolve) => {
    const unanswered = (error: Error) => resolve({ status: undefined, headers: {}, text: error.message });
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    request(url, { agent, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', unanswered);
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    })
      .on('error', unanswered)
      .end(body);
  });
}
