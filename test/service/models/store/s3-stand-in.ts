import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Objects in memory behind the four calls of S3 that the store makes, two keys to a page of a list. */
export interface S3StandIn {
  readonly endpoint: string;
  /** By `bucket/key`. */
  readonly objects: Map<string, Buffer>;
  close(): void;
}

const pageSize = 2;

export async function startS3StandIn(): Promise<S3StandIn> {
  const objects = new Map<string, Buffer>();
  const server: Server = createServer((request, response) => void answer(objects, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { endpoint: `http://127.0.0.1:${port}`, objects, close: () => server.close() };
}

async function answer(objects: Map<string, Buffer>, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '/', 'http://stand-in');
  const path = decodeURIComponent(url.pathname.slice(1));
  if (url.searchParams.get('list-type') === '2') return response.end(list(objects, path, url.searchParams));
  if (request.method === 'PUT') objects.set(path, await buffer(request));
  if (request.method === 'DELETE') {
    objects.delete(path);
    return response.writeHead(204).end();
  }
  const object = objects.get(path);
  if (!object) return response.writeHead(404).end('<Error><Code>NoSuchKey</Code><Message>none</Message></Error>');
  return response.end(request.method === 'GET' ? object : undefined);
}

function list(objects: Map<string, Buffer>, path: string, query: URLSearchParams): string {
  const bucket = path.replace(/\/$/, '');
  const start = `${bucket}/${query.get('prefix') ?? ''}`;
  const after = query.get('continuation-token') ?? '';
  const keys = [...objects.keys()].filter((key) => key.startsWith(start) && key > after).sort();
  const page = keys.slice(0, pageSize);
  const contents = page.map(
    (key) =>
      `<Contents><Key>${key.slice(bucket.length + 1)}</Key><LastModified>2024-01-01T00:00:00Z</LastModified></Contents>`,
  );
  const next = keys.length > pageSize ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  return `<ListBucketResult><IsTruncated>${next !== ''}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
}
