import { constants } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { CommandError, ExitCode } from '../failure';

/** A file to upload. */
export interface LocalFile {
  readonly path: string;
  /** Below the folder that is uploaded, with `/`; a file that is uploaded alone is known by its name. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** When it was changed, in milliseconds since 1970. */
  readonly modifiedAt: number;
}

/**
 * A file, or all regular files of a folder and of the folders in it, by name.
 * @throws {CommandError} if there is none, or one may not be read
 */
export async function localFiles(path: string): Promise<{ readonly isFolder: boolean; readonly files: LocalFile[] }> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    const paths = isFolder ? await pathsBelow(path) : [path];
    const found = await Promise.all(
      paths.map((file) => describe(file, isFolder ? relative(path, file) : basename(file))),
    );
    const files = found.filter((file) => file !== undefined);
    if (files.length === 0) throw new CommandError(`${path}: there is no file in it`, ExitCode.absent);
    return { isFolder, files };
  } catch (error) {
    throw readable(error, path);
  }
}

async function pathsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** What is no file, such as a socket or a link to a folder, is left out. */
async function describe(path: string, name: string): Promise<LocalFile | undefined> {
  const about = await stat(path);
  if (!about.isFile()) return undefined;
  await access(path, constants.R_OK);
  return { path, name: name.split(sep).join('/'), size: about.size, modifiedAt: about.mtimeMs };
}

/** Says of an error of the file system which path is absent or closed. */
function readable(error: unknown, path: string): unknown {
  const { code, path: place = path } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new CommandError(`${place}: there is no such file or folder`, ExitCode.absent);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new CommandError(`${place}: no permission to read it`, ExitCode.noAccess);
  }
  return error;
}
