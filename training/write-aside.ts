import { access, constants, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DataError, DataExitCode } from './data-error';

/**
 * Writes a file and its folders. The file is there only once it is whole, and outlives a loss of power; what could not be
 * written leaves nothing beside it.
 * @throws {DataError} if it cannot be written; whatever `pieces` throw
 */
export async function writeAside(path: string, pieces: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
  const writing = <T>(step: Promise<T>): Promise<T> => step.catch((error: Error) => cannotWrite(path, error.message));
  await writing(mkdir(dirname(path), { recursive: true }));
  const draft = `${path}.new`;
  const file = await writing(open(draft, 'w'));
  try {
    try {
      for await (const piece of pieces) await writing(file.writeFile(piece));
      await writing(file.sync());
    } finally {
      await file.close();
    }
    await writing(rename(draft, path));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/**
 * Makes sure that a file could be written, and makes nothing: the nearest folder that is there has to take files.
 * @throws {DataError} if it could not
 */
export async function requireWritable(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) cannotWrite(path, 'it is a folder');
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    try {
      // With the dot a file in the place of the folder is an error, too.
      return await access(`${folder}/.`, constants.W_OK);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') cannotWrite(path, message);
    }
  }
}

function cannotWrite(path: string, reason: string): never {
  throw new DataError(`${path}: cannot be written: ${reason}`, DataExitCode.noAccess);
}
