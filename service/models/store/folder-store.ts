import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MissingFileError, type ModelStore, type StoredFile } from './model-store';

/** Keeps the files in a folder of this machine. */
export class FolderStore implements ModelStore {
  constructor(private readonly root: string) {}

  async write(key: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.root, key);
    const aside = `${path}.${randomUUID()}.part`;
    await mkdir(dirname(path), { recursive: true });
    try {
      await writeDurably(aside, bytes);
      await rename(aside, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
  }

  async read(key: string): Promise<Uint8Array> {
    try {
      return await readFile(join(this.root, key));
    } catch (error) {
      if (isAbsent(error)) throw new MissingFileError(key, { cause: error });
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await rm(join(this.root, key), { force: true });
  }

  async list(folder: string): Promise<readonly StoredFile[]> {
    const names = await readdir(join(this.root, folder)).catch(nothingIfAbsent);
    const files = (names ?? []).map(async (name) => {
      const key = `${folder}/${name}`;
      const found = await stat(join(this.root, key)).catch(nothingIfAbsent);
      return found ? [{ key, modifiedAt: found.mtime }] : [];
    });
    return (await Promise.all(files)).flat();
  }
}

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

function nothingIfAbsent(error: unknown): undefined {
  if (!isAbsent(error)) throw error;
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The new name of a file is durable only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
