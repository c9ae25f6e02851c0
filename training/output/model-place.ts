import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Folder } from '../s3-folder';
import { requireWritable, writeAside } from '../write-aside';

/** A folder that model files are written to. */
export interface ModelPlace {
  /** Writes a file, which is there only once it is whole. */
  write(name: string, pieces: Iterable<Buffer>): Promise<void>;
  /** @throws {DataError} if a file of that name could not be written */
  requireWritable(name: string): Promise<void>;
  /** The names of the files that begin so. */
  names(beginning: string): Promise<readonly string[]>;
  remove(name: string): Promise<void>;
}

/** @param folder a path, or `s3://bucket/folder` */
export const modelPlace = (folder: string): ModelPlace =>
  folder.startsWith('s3:/') ? new S3Folder(folder) : new FolderPlace(folder);

class FolderPlace implements ModelPlace {
  constructor(private readonly folder: string) {}

  write(name: string, pieces: Iterable<Buffer>): Promise<void> {
    return writeAside(join(this.folder, name), pieces);
  }

  requireWritable(name: string): Promise<void> {
    return requireWritable(join(this.folder, name));
  }

  async names(beginning: string): Promise<readonly string[]> {
    return (await readdir(this.folder)).filter((name) => name.startsWith(beginning));
  }

  remove(name: string): Promise<void> {
    return rm(join(this.folder, name), { force: true });
  }
}
