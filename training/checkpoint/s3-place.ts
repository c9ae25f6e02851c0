import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { DataError, DataExitCode } from '../data-error';
import { openS3 } from '../s3-client';
import { hashed } from './hashed';
import type { CheckpointPlace } from './place';

/** Keeps checkpoints in a bucket, below a prefix. The SDK is loaded when it is first needed. */
export class S3Place implements CheckpointPlace {
  private readonly bucket: string;
  /** Ends in a slash, or is empty. */
  private readonly prefix: string;
  #client: Promise<S3Client> | undefined;

  /** @param address `s3://bucket/prefix` */
  constructor(address: string) {
    const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/*(.*?)\/*$/.exec(address) ?? [];
    this.bucket = bucket;
    this.prefix = prefix && `${prefix}/`;
  }

  async folders(): Promise<readonly string[]> {
    const names = (await this.keys(this.prefix)).map((key) => key.slice(this.prefix.length).split('/')[0]!);
    return [...new Set(names)];
  }

  async write(folder: string, file: string, pieces: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string> {
    const { Upload } = await import('@aws-sdk/lib-storage');
    const hash = createHash('sha256');
    const Body = Readable.from(hashed(pieces, hash), { objectMode: false });
    const params = { Bucket: this.bucket, Key: this.key(folder, file), Body, ChecksumAlgorithm: 'SHA256' } as const;
    await this.reach(new Upload({ client: await this.client(), params }).done());
    return hash.digest('hex');
  }

  async *read(folder: string, file: string): AsyncIterable<Buffer> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    const client = await this.client();
    const object = { Bucket: this.bucket, Key: this.key(folder, file) };
    const { Body } = await this.reach(client.send(new GetObjectCommand(object)));
    yield* Body as Readable;
  }

  remove(folder: string): Promise<void> {
    return this.removeBelow(this.key(folder, ''));
  }

  removeAll(): Promise<void> {
    return this.removeBelow(this.prefix);
  }

  private async removeBelow(prefix: string): Promise<void> {
    const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    const client = await this.client();
    for (const Key of await this.keys(prefix)) {
      await this.reach(client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key })));
    }
  }

  private async keys(prefix: string): Promise<readonly string[]> {
    const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
    const pages = paginateListObjectsV2({ client: await this.client() }, { Bucket: this.bucket, Prefix: prefix });
    const list = async () => {
      const keys: string[] = [];
      for await (const { Contents = [] } of pages) keys.push(...Contents.flatMap(({ Key }) => Key ?? []));
      return keys;
    };
    return this.reach(list());
  }

  /** @throws {DataError} if S3 cannot be reached: a checkpoint must not be taken for absent then, and the job begun anew */
  private reach<T>(answer: Promise<T>): Promise<T> {
    return answer.catch((error) => {
      if (error.name === 'NoSuchKey') throw error;
      const reason = `cannot be reached: ${error.message || error.name}`;
      throw new DataError(`s3://${this.bucket}/${this.prefix}: ${reason}`, DataExitCode.noAccess);
    });
  }

  private key(folder: string, file: string): string {
    return `${this.prefix}${folder}/${file}`;
  }

  private client(): Promise<S3Client> {
    this.#client ??= openS3();
    return this.#client;
  }
}
