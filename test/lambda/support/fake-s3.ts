import { createHash } from 'node:crypto';
import type { Answerer } from './loopback';

export const bucket = 'artifacts';

/** A bucket in memory, by path: it refuses what arrives with another checksum than sent. */
export class FakeS3 {
  readonly objects = new Map<string, Buffer>();

  /** Runs after an object is stored and before that is answered. */
  stored: (key: string) => Promise<void> = async () => {};

  readonly answerer: Answerer = async ({ method, path, headers, body }) => {
    if (!path.startsWith(`/${bucket}/`)) return undefined;
    const key = decodeURIComponent(path.slice(bucket.length + 2));
    if (method === 'PUT') {
      if (headers['x-amz-checksum-sha256'] !== sha256(body))
        return { status: 400, body: '<Error><Code>BadDigest</Code></Error>' };
      this.objects.set(key, body);
      await this.stored(key);
      return { status: 200 };
    }
    if (method === 'DELETE') {
      this.objects.delete(key);
      return { status: 204 };
    }
    const object = this.objects.get(key);
    if (!object) return { status: 404, body: method === 'HEAD' ? '' : '<Error><Code>NoSuchKey</Code></Error>' };
    const about = { 'content-length': String(object.length), 'x-amz-checksum-sha256': sha256(object) };
    return { status: 200, headers: about, ...(method === 'GET' && { body: object }) };
  };

  /** @throws {SyntaxError} if there is no such object */
  json<T>(key: string): T {
    return JSON.parse(this.objects.get(key)?.toString() ?? '') as T;
  }
}

const sha256 = (body: Buffer): string => createHash('sha256').update(body).digest('base64');
