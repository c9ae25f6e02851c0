import type { S3Client } from '@aws-sdk/client-s3';
import { MissingFileError, type ModelStore, type StoredFile } from './model-store';

/**
 * Keeps the files in a bucket, below a prefix. Region, credentials and `AWS_ENDPOINT_URL` come from where the AWS SDK
 * finds them; the SDK is loaded when the store is first used, as a service on one machine never needs it.
 */
export class S3Store implements ModelStore {
  #client: Promise<S3Client> | undefined;

  constructor(
    private readonly bucket: string,
    private readonly prefix: string,
  ) {}

  async write(key: string, bytes: Uint8Array): Promise<void> {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const client = await this.client();
    await client.send(new PutObjectCommand({ ...this.object(key), Body: bytes }));
  }

  async read(key: string): Promise<Uint8Array> {
    const { GetObjectCommand, NoSuchKey } = await import('@aws-sdk/client-s3');
    const client = await this.client();
    try {
      const { Body } = await client.send(new GetObjectCommand(this.object(key)));
      if (!Body) throw new MissingFileError(key);
      return await Body.transformToByteArray();
    } catch (error) {
      if (error instanceof NoSuchKey) throw new MissingFileError(key, { cause: error });
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    const client = await this.client();
    await client.send(new DeleteObjectCommand(this.object(key)));
  }

  async list(folder: string): Promise<readonly StoredFile[]> {
    const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
    const client = await this.client();
    const files: StoredFile[] = [];
    const query = { Bucket: this.bucket, Prefix: this.fullKey(`${folder}/`) };
    for await (const page of paginateListObjectsV2({ client }, query)) {
      for (const { Key = '', LastModified = new Date() } of page.Contents ?? []) {
        files.push({ key: Key.slice(this.fullKey('').length), modifiedAt: LastModified });
      }
    }
    return files;
  }

  private fullKey(key: string): string {
    return this.prefix === '' ? key : `${this.prefix}/${key}`;
  }

  private object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.bucket, Key: this.fullKey(key) };
  }

  private client(): Promise<S3Client> {
    this.#client ??= import('@aws-sdk/client-s3').then(
      // Stand-ins for S3 have no name per bucket.
      ({ S3Client }) => new S3Client({ forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined }),
    );
    return this.#client;
  }
}
