import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** S3 over HTTP with what reading needs: lists in pages of two names, ranges, ETags, and connections that break. */
export interface S3StandIn {
  /** By `bucket/key`. */
  readonly objects: Map<string, Buffer>;
  /** Requests that carried a signature of version 4, as `GET path`. */
  readonly signed: string[];
  /** Each body breaks off after so many bytes; undefined if none does. */
  breakAfter: number | undefined;
  /** Status with which every request is answered; undefined for what is right. */
  refuseWith: number | undefined;
  /** Sets the environment so that the AWS SDK finds it; gives back what was there when it closes. */
  close(): void;
}

const pageSize = 2;
const environment = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };

export async function startS3StandIn(): Promise<S3StandIn> {
  const before = { ...process.env };
  const server = createServer((request, response) => answer(standIn, request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  Object.assign(process.env, environment, { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` });
  const standIn: S3StandIn = {
    objects: new Map(),
    signed: [],
    breakAfter: undefined,
    refuseWith: undefined,
    close() {
      process.env = before;
      server.closeAllConnections();
      server.close();
    },
  };
  return standIn;
}

function answer(standIn: S3StandIn, request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '/', 'http://stand-in');
  const path = decodeURIComponent(url.pathname.slice(1));
  if (request.headers.authorization?.startsWith('AWS4-HMAC-SHA256')) standIn.signed.push(`${request.method} ${path}`);
  if (standIn.refuseWith) return fail(response, standIn.refuseWith, 'AccessDenied');
  if (url.searchParams.get('list-type') === '2') return list(standIn.objects, path, url.searchParams, response);
  const object = standIn.objects.get(path);
  if (!object) return fail(response, 404, 'NoSuchKey');
  const etag = etagOf(object);
  if ((request.headers['if-match'] ?? etag) !== etag) return fail(response, 412, 'PreconditionFailed');
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  const body = object.subarray(Number(first), Number(last) + 1);
  response.writeHead(206, { 'content-length': body.length, etag });
  if (standIn.breakAfter === undefined || body.length <= standIn.breakAfter) return response.end(body);
  response.write(body.subarray(0, standIn.breakAfter), () => setImmediate(() => response.destroy()));
}

const etagOf = (object: Buffer): string => `"${createHash('md5').update(object).digest('hex')}"`;

function fail(response: ServerResponse, status: number, code: string) {
  response.writeHead(status).end(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

function list(objects: Map<string, Buffer>, path: string, query: URLSearchParams, response: ServerResponse) {
  const bucket = path.replace(/\/$/, '');
  if (![...objects.keys()].some((name) => name.startsWith(`${bucket}/`))) return fail(response, 404, 'NoSuchBucket');
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter');
  const rolledUp = (key: string) => {
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    return end < 0 ? key : key.slice(0, end + 1);
  };
  const keys = [...objects.keys()]
    .filter((name) => name.startsWith(`${bucket}/${prefix}`))
    .map((name) => rolledUp(name.slice(bucket.length + 1)));
  const after = query.get('continuation-token') ?? '';
  const left = [...new Set(keys)].sort().filter((key) => key > after);
  const page = left.slice(0, Math.min(pageSize, Number(query.get('max-keys') ?? pageSize)));
  const items = page.map((key) => {
    const object = objects.get(`${bucket}/${key}`);
    if (!object) return `<CommonPrefixes><Prefix>${key}</Prefix></CommonPrefixes>`;
    return `<Contents><Key>${key}</Key><Size>${object.length}</Size><ETag>${etagOf(object)}</ETag></Contents>`;
  });
  const more = left.length > page.length;
  const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  response.end(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${items.join('')}</ListBucketResult>`);
}
