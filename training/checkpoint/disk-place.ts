import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointPlace } from './place';

/** Keeps checkpoints in a folder of the disk, which is made when the first is written. */
export class DiskPlace implements CheckpointPlace {
  constructor(private readonly folder: string) {}

  folders(): Promise<readonly string[]> {
    return readdir(this.folder).catch(() => []);
  }

  /** Outlives a loss of power. */
  async write(folder: string, file: string, pieces: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string> {
    const path = this.path(folder, file);
    await mkdir(this.path(folder), { recursive: true });
    const hash = createHash('sha256');
    const handle = await open(`${path}.new`, 'w');
    try {
      for await (const piece of pieces) {
        hash.update(piece);
        await handle.writeFile(piece);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${path}.new`, path);
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
