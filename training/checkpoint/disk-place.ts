import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { requireWritable, writeAside } from '../write-aside';
import { hashed } from './hashed';
import type { CheckpointPlace } from './place';

/** Keeps checkpoints in a folder of the disk, which is made when the first is written. */
export class DiskPlace implements CheckpointPlace {
  constructor(private readonly folder: string) {}

  folders(): Promise<readonly string[]> {
    return readdir(this.folder).catch(() => []);
  }

  requireWritable(folder: string, file: string): Promise<void> {
    return requireWritable(this.path(folder, file));
  }

  async write(folder: string, file: string, pieces: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string> {
    const hash = createHash('sha256');
    await writeAside(this.path(folder, file), hashed(pieces, hash));
    return hash.digest('hex');
  }

  read(folder: string, file: string): AsyncIterable<Buffer> {
    return createReadStream(this.path(folder, file)) as AsyncIterable<Buffer>;
  }

  remove(folder: string): Promise<void> {
    return rm(this.path(folder), { recursive: true, force: true });
  }

  removeAll(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  private path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }
}
