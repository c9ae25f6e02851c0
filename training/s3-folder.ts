import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { DataError, DataExitCode } from './data-error';
import { openS3 } from './s3-client';

/** Files that are written below a prefix of a bucket. The SDK is loaded when it is first needed. */
export class S3Folder {
  private readonly bucket: string;
  /** Ends in a slash, or is empty. */
  private readonly prefix: string;
  #client: Promise<S3Client> | undefined;

  /** @param address `s3://bucket/prefix` */
  constructor(address: string) {
    const [, bucket = '', prefix = ''] = /^s3:\/+([^/]+)\/*(.*?)\/*$/.exec(address) ?? [];
    this.bucket = bucket;
    this.prefix = prefix && `${prefix}/`;
  }

  /**
   * Writes a file, which is there only once it is whole.
   * @throws {DataError} if S3 does not take it
   */
  async write(name: string, content: string | Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    const { Upload } = await import('@aws-sdk/lib-storage');
    const Body = typeof content === 'string' ? content : Readable.from(content, { objectMode: false });
    const params = { ...this.object(name), Body, ChecksumAlgorithm: 'SHA256' } as const;
    await this.reach(name, 'written', new Upload({ client: await this.client(), params }).done());
  }

  /**
   * Makes sure that a file could be written, by beginning to and giving it up.
   * @throws {DataError} if S3 would not take it
   */
  async requireWritable(name: string): Promise<void> {
    const { AbortMultipartUploadCommand, CreateMultipartUploadCommand } = await import('@aws-sdk/client-s3');
    const client = await this.client();
    const object = this.object(name);
    const { UploadId } = await this.reach(name, 'written', client.send(new CreateMultipartUploadCommand(object)));
    // One that may be begun and not be given up holds nothing.
    await client.send(new AbortMultipartUploadCommand({ ...object, UploadId })).catch(() => {});
  }

  /**
   * The names of all files that begin so, from the prefix on.
   * @throws {DataError} if S3 cannot be reached
   */
  async names(beginning = ''): Promise<readonly string[]> {
    const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
    const query = { Bucket: this.bucket, Prefix: this.prefix + beginning };
    const pages = paginateListObjectsV2({ client: await this.client() }, query);
    const list = async (): Promise<readonly string[]> => {
      const names: string[] = [];
      for await (const { Contents = [] } of pages) {
        names.push(...Contents.flatMap(({ Key }) => (Key ? [Key.slice(this.prefix.length)] : [])));
      }
      return names;
    };
    return this.reach(beginning, 'read', list());
  }

  /** @throws {Error} `NoSuchKey` if it is not there; {DataError} if S3 cannot be reached */
  async *read(name: string): AsyncIterable<Buffer> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    const client = await this.client();
    const { Body } = await this.reach(name, 'read', client.send(new GetObjectCommand(this.object(name))));
    yield* Body as Readable;
  }

  /** @throws {DataError} if S3 does not let it go */
  async remove(name: string): Promise<void> {
    const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    const client = await this.client();
    await this.reach(name, 'removed', client.send(new DeleteObjectCommand(this.object(name))));
  }

  private object(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.bucket, Key: this.prefix + name };
  }

  private reach<T>(name: string, done: 'written' | 'read' | 'removed', answer: Promise<T>): Promise<T> {
    return answer.catch((error: Error) => {
      if (error.name === 'NoSuchKey') throw error;
      const reason = error.message || error.name;
      throw new DataError(
        `s3://${this.bucket}/${this.prefix}${name}: cannot be ${done}: ${reason}`,
        DataExitCode.noAccess,
      );
    });
  }

  private client(): Promise<S3Client> {
    this.#client ??= openS3();
    return this.#client;
  }
}
