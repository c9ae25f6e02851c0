import { createHash } from 'node:crypto';
import type { Answerer, LoopbackAnswer } from './loopback';

export const bucket = 'artifacts';

/** A bucket in memory, by path: it refuses what arrives with another checksum than sent. */
export class FakeS3 {
  readonly objects = new Map<string, Buffer>();

  /** Runs before anything is done with an object; may answer in S3's stead. */
  intercept: (method: string, key: string, body: Buffer) => Promise<LoopbackAnswer | undefined> = async () => undefined;

  /** Runs after an object is stored and before that is answered. */
  stored: (key: string) => Promise<void> = async () => {};

  /** Runs after an object is removed and before that is answered. */
  removed: (key: string) => Promise<void> = async () => {};

  readonly answerer: Answerer = async ({ method, path, query, headers, body }) => {
    if (path.replace(/\/$/, '') === `/${bucket}` && query.has('list-type'))
      return this.list(query.get('prefix') ?? '', query.has('delimiter'));
    if (!path.startsWith(`/${bucket}/`)) return undefined;
    const key = decodeURIComponent(path.slice(bucket.length + 2));
    const intercepted = await this.intercept(method, key, body);
    if (intercepted) return intercepted;
    const source = headers['x-amz-copy-source'];
    if (source) {
      return this.copy(decodeURIComponent(String(source)), key, headers['x-amz-copy-source-if-match']);
    }
    if (method === 'PUT') {
      if (headers['x-amz-checksum-sha256'] !== sha256(body))
        return { status: 400, body: '<Error><Code>BadDigest</Code></Error>' };
      this.objects.set(key, body);
      await this.stored(key);
      return { status: 200 };
    }
    if (method === 'DELETE') {
      this.objects.delete(key);
      await this.removed(key);
      return { status: 204 };
    }
    const object = this.objects.get(key);
    if (!object) return { status: 404, body: method === 'HEAD' ? '' : '<Error><Code>NoSuchKey</Code></Error>' };
    const about = {
      'content-length': String(object.length),
      'x-amz-checksum-sha256': sha256(object),
      etag: etag(object),
    };
    return { status: 200, headers: about, ...(method === 'GET' && { body: object }) };
  };

  private copy(source: string, key: string, ifMatch: string | string[] | undefined): LoopbackAnswer {
    const object = this.objects.get(source.slice(bucket.length + 1));
    if (!object) return { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' };
    if (ifMatch !== undefined && ifMatch !== etag(object)) {
      return { status: 412, body: '<Error><Code>PreconditionFailed</Code></Error>' };
    }
    this.objects.set(key, object);
    return { status: 200, body: '<CopyObjectResult></CopyObjectResult>' };
  }

  private list(prefix: string, byFolder: boolean): LoopbackAnswer {
    if (byFolder) return this.folders(prefix);
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix));
    const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`);
    return { status: 200, body: `<ListBucketResult>${contents.join('')}</ListBucketResult>` };
  }

  private folders(prefix: string): LoopbackAnswer {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(prefix) && key.includes('/', prefix.length));
    const names = new Set(keys.map((key) => key.slice(prefix.length).split('/')[0]!));
    const folders = [...names].map((name) => `<CommonPrefixes><Prefix>${prefix}${name}/</Prefix></CommonPrefixes>`);
    return { status: 200, body: `<ListBucketResult>${folders.join('')}</ListBucketResult>` };
  }

  /** @throws {SyntaxError} if there is no such object */
  json<T>(key: string): T {
    return JSON.parse(this.objects.get(key)?.toString() ?? '') as T;
  }
}

const sha256 = (body: Buffer): string => createHash('sha256').update(body).digest('base64');

const etag = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;
