import { createHash } from 'node:crypto';
import { S3Folder } from '../s3-folder';
import { hashed } from './hashed';
import type { CheckpointPlace } from './place';

/** Keeps checkpoints in a bucket, below a prefix. One that S3 does not give is not taken for absent, and the job begun anew. */
export class S3Place implements CheckpointPlace {
  private readonly files: S3Folder;

  /** @param address `s3://bucket/prefix` */
  constructor(address: string) {
    this.files = new S3Folder(address);
  }

  async folders(): Promise<readonly string[]> {
    return [...new Set((await this.files.names()).map((name) => name.split('/')[0]!))];
  }

  requireWritable(folder: string, file: string): Promise<void> {
    return this.files.requireWritable(`${folder}/${file}`);
  }

  async write(folder: string, file: string, pieces: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string> {
    const hash = createHash('sha256');
    await this.files.write(`${folder}/${file}`, hashed(pieces, hash));
    return hash.digest('hex');
  }

  read(folder: string, file: string): AsyncIterable<Buffer> {
    return this.files.read(`${folder}/${file}`);
  }

  remove(folder: string): Promise<void> {
    return this.removeAll(`${folder}/`);
  }

  async removeAll(beginning = ''): Promise<void> {
    for (const name of await this.files.names(beginning)) await this.files.remove(name);
  }
}
