import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { DataError, DataExitCode } from '../data-error';
import { openS3 } from '../s3-client';
import { writeAside } from '../write-aside';

/** A folder that model files are written to. */
export interface ModelPlace {
  /** Writes a file, which is there only once it is whole. */
  write(name: string, pieces: Iterable<Buffer>): Promise<void>;
  /** The names of the files that begin so. */
  names(beginning: string): Promise<readonly string[]>;
  remove(name: string): Promise<void>;
}

/** @param folder a path, or `s3://bucket/folder` */
export const modelPlace = (folder: string): ModelPlace =>
  folder.startsWith('s3:/') ? new BucketPlace(folder) : new FolderPlace(folder);

class FolderPlace implements ModelPlace {
  constructor(private readonly folder: string) {}

  async write(name: string, pieces: Iterable<Buffer>): Promise<void> {
    const path = join(this.folder, name);
    try {
      await writeAside(path, pieces);
    } catch (error) {
      throw new DataError(`${path}: cannot be written: ${(error as Error).message}`, DataExitCode.noAccess);
    }
  }

  async names(beginning: string): Promise<readonly string[]> {
    return (await readdir(this.folder)).filter((name) => name.startsWith(beginning));
  }

  remove(name: string): Promise<void> {
    return rm(join(this.folder, name), { force: true });
  }
}

/** The SDK is loaded when it is first needed. */
class BucketPlace implements ModelPlace {
  private readonly bucket: string;
  /** Ends in a slash, or is empty. */
  private readonly prefix: string;
  #client: Promise<S3Client> | undefined;

  constructor(private readonly address: string) {
    const [, bucket = '', prefix = ''] = /^s3:\/+([^/]+)\/*(.*?)\/*$/.exec(address) ?? [];
    this.bucket = bucket;
    this.prefix = prefix && `${prefix}/`;
  }

  async write(name: string, pieces: Iterable<Buffer>): Promise<void> {
    const { Upload } = await import('@aws-sdk/lib-storage');
    const Body = Readable.from(pieces, { objectMode: false });
    const params = { Bucket: this.bucket, Key: this.prefix + name, Body, ChecksumAlgorithm: 'SHA256' } as const;
    await this.reach(new Upload({ client: await this.client(), params }).done());
  }

  async names(beginning: string): Promise<readonly string[]> {
    const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
    const query = { Bucket: this.bucket, Prefix: this.prefix + beginning };
    const list = async () => {
      const names: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client: await this.client() }, query)) {
        names.push(...Contents.flatMap(({ Key }) => (Key ? [Key.slice(this.prefix.length)] : [])));
      }
      return names;
    };
    return this.reach(list());
  }

  async remove(name: string): Promise<void> {
    const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    const client = await this.client();
    await this.reach(client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: this.prefix + name })));
  }

  private reach<T>(answer: Promise<T>): Promise<T> {
    return answer.catch((error: Error) => {
      throw new DataError(`${this.address}: cannot be written: ${error.message || error.name}`, DataExitCode.noAccess);
    });
  }

  private client(): Promise<S3Client> {
    this.#client ??= openS3();
    return this.#client;
  }
}
