import { createHash } from 'node:crypto';
import type { Answerer, LoopbackAnswer, LoopbackRequest } from '../../lambda/support/loopback';

interface StoredObject {
  readonly body: Buffer;
  readonly headers: LoopbackRequest['headers'];
  /** In how many parts it came; 0 if it came whole. */
  readonly parts: number;
}

/** A bucket of S3 in memory, by path, that takes objects whole and in parts. */
export class Bucket {
  readonly objects = new Map<string, StoredObject>();
  /** Uploads in parts that are neither complete nor given up. */
  readonly open = new Map<string, { headers: LoopbackRequest['headers']; parts: Map<number, Buffer> }>();
  /** Methods and keys of what was asked. */
  readonly requests: string[] = [];
  /** Answers in the bucket's stead. */
  intercept: (request: LoopbackRequest) => LoopbackAnswer | undefined = () => undefined;

  constructor(private readonly name: string) {}

  readonly answerer: Answerer = (request) => {
    const intercepted = this.intercept(request);
    if (intercepted) return intercepted;
    const [, bucket, ...path] = decodeURIComponent(request.path).split('/');
    if (bucket !== this.name) return { status: 404, body: failure('NoSuchBucket') };
    const key = path.join('/');
    this.requests.push(`${request.method} ${key}`);
    const id = request.query.get('uploadId');
    if (request.query.has('uploads')) return this.begin(request);
    if (id) return this.part(request, id, key);
    if (request.method === 'PUT') return this.store(key, { body: request.body, headers: request.headers, parts: 0 });
    const object = this.objects.get(key);
    if (!object) return { status: 404 };
    const metadata = Object.entries(object.headers).filter(([name]) => name.startsWith('x-amz-meta-'));
    const headers = { 'content-length': String(object.body.length), ...Object.fromEntries(metadata) };
    return { status: 200, headers: headers as Record<string, string> };
  };

  private begin({ headers }: LoopbackRequest): LoopbackAnswer {
    const id = String(this.open.size + 1);
    this.open.set(id, { headers, parts: new Map() });
    return {
      status: 200,
      body: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    };
  }

  private part({ method, query, body }: LoopbackRequest, id: string, key: string): LoopbackAnswer {
    const { headers, parts } = this.open.get(id)!;
    if (method === 'PUT') {
      parts.set(Number(query.get('partNumber')), body);
      return { status: 200, headers: { etag: createHash('md5').update(body).digest('hex') } };
    }
    this.open.delete(id);
    if (method === 'DELETE') return { status: 204 };
    const whole = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
    this.store(key, { body: Buffer.concat(whole), headers, parts: whole.length });
    return { status: 200, body: '<CompleteMultipartUploadResult></CompleteMultipartUploadResult>' };
  }

  private store(key: string, object: StoredObject): LoopbackAnswer {
    this.objects.set(key, object);
    return { status: 200 };
  }
}

/** The body of a refusal. */
export const failure = (code: string): string => `<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
