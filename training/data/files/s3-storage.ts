import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { DataError, DataExitCode } from '../../data-error';
import { openS3 } from '../../s3-client';
import type { DataFile } from '../part';
import { type FileStorage, isCompressed } from './storage';

const scheme = 's3://';
/** How often a read is begun anew without a byte in between, and how long before the second time, in milliseconds. */
const attempts = 5;
const firstPause = 200;
/** A list of names that are there ends with the page that has so many. */
const enoughNames = 10;

export const isInS3 = (name: string): boolean => name.startsWith(scheme);

/**
 * The files of S3, named `s3://bucket/key`. Region, credentials and `AWS_ENDPOINT_URL` come from where the AWS SDK finds
 * them; the SDK is loaded when it is first needed.
 */
export class S3Storage implements FileStorage {
  #client: Promise<S3Client> | undefined;

  async find(name: string): Promise<DataFile | undefined> {
    // An empty object of a folder's name only marks the folder.
    if (name.endsWith('/') || keyOf(name).key === '') return undefined;
    // A key comes before all that begin with it.
    for await (const { files } of this.pages(name, { pageSize: 1 })) return files.find((file) => file.name === name);
    return undefined;
  }

  async list(folder: string, depth: number): Promise<readonly DataFile[]> {
    const found: DataFile[] = [];
    for await (const { files } of this.pages(folder, { flat: depth === 0 })) {
      for (const file of files) {
        const levels = file.name.slice(folder.length).split('/').length - 1;
        if (levels <= depth && !file.name.endsWith('/')) found.push(file);
      }
    }
    return found;
  }

  async names(folder: string): Promise<readonly string[] | undefined> {
    const found: string[] = [];
    for await (const { files, folders } of this.pages(folder, { flat: true })) {
      const names = [...files.map(({ name }) => name), ...folders].map((name) => name.slice(folder.length));
      found.push(...names.filter((name) => name !== ''));
      if (found.length >= enoughNames) break;
    }
    return found.length > 0 ? found.sort() : undefined;
  }

  async *read({ name, size, etag }: DataFile, start: number, end: number): AsyncGenerator<Uint8Array> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    const client = await this.client();
    const { bucket, key } = keyOf(name);
    let at = start;
    for (let attempt = 1; at < end; attempt++) {
      const before = at;
      try {
        const { Body } = await client.send(
          new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=${at}-${end - 1}`, IfMatch: etag }),
        );
        for await (const chunk of Body as AsyncIterable<Uint8Array>) {
          at += chunk.length;
          yield chunk;
        }
      } catch (error) {
        if (isFinal(error)) throw asDataError(error, name, size);
        if (at === before && attempt >= attempts) throw asDataError(error, name, size);
      }
      // A connection that breaks ends the body early, with an error or without.
      if (at === before && attempt >= attempts) {
        throw new DataError(`${name}: cannot be read beyond byte ${at} of ${size}`, DataExitCode.noAccess);
      }
      if (at > before) attempt = 0;
      else if (at < end) await sleep(firstPause * 2 ** (attempt - 1));
    }
  }

  /** Ends the connections. */
  async close(): Promise<void> {
    (await this.#client)?.destroy();
  }

  /** Files whose names begin alike, and with `flat` the folders where other names go on, page by page. */
  private async *pages(beginning: string, { flat = false, pageSize }: { flat?: boolean; pageSize?: number }) {
    const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
    const client = await this.client();
    const { bucket, key } = keyOf(beginning);
    const query = { Bucket: bucket, Prefix: key, Delimiter: flat ? '/' : undefined, MaxKeys: pageSize };
    try {
      for await (const { Contents = [], CommonPrefixes = [] } of paginateListObjectsV2({ client }, query)) {
        yield {
          files: Contents.map(({ Key = '', Size = 0, ETag }): DataFile => {
            const name = `${scheme}${bucket}/${Key}`;
            return { name, size: Size, compressed: isCompressed(name), ...(ETag && { etag: ETag }) };
          }),
          folders: CommonPrefixes.map(({ Prefix = '' }) => `${scheme}${bucket}/${Prefix}`),
        };
      }
    } catch (error) {
      throw asDataError(error, beginning, 0);
    }
  }

  private client(): Promise<S3Client> {
    this.#client ??= openS3();
    return this.#client;
  }
}

function keyOf(name: string): { readonly bucket: string; readonly key: string } {
  const [bucket = '', ...key] = name.slice(scheme.length).split('/');
  return { bucket, key: key.join('/') };
}

interface S3Failure extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** What the server refuses it will refuse again; all else may be a broken connection. */
function isFinal(error: unknown): boolean {
  const status = (error as S3Failure).$metadata?.httpStatusCode;
  return (
    (status !== undefined && status >= 400 && status < 500) || (error as Error).name === 'CredentialsProviderError'
  );
}

function asDataError(error: unknown, name: string, size: number): DataError {
  const { name: code, message, $metadata } = error as S3Failure;
  if (error instanceof DataError) return error;
  if (code === 'NoSuchBucket') return new DataError(`${name}: there is no such bucket`, DataExitCode.absent);
  if (code === 'NoSuchKey') return new DataError(`${name}: is no longer there`, DataExitCode.absent);
  if ($metadata?.httpStatusCode === 412 || $metadata?.httpStatusCode === 416) {
    return new DataError(`${name}: has changed since the job began, when it had ${size} bytes`);
  }
  return new DataError(`${name}: S3 cannot be read: ${message || code}`, DataExitCode.noAccess);
}
