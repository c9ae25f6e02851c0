import { constants, createReadStream, type Dirent } from 'node:fs';
import { access, readdir, stat } from 'node:fs/promises';
import { DataError, DataExitCode } from '../../data-error';
import type { DataFile } from '../part';
import { chunkBytes, type FileStorage, isCompressed } from './storage';

/** The files of this machine; relative names start from the working folder. */
export class LocalStorage implements FileStorage {
  async find(name: string): Promise<DataFile | undefined> {
    const found = await stat(name).catch(ignoreAbsent);
    return found?.isFile() ? { name, size: found.size, compressed: isCompressed(name) } : undefined;
  }

  async list(folder: string, depth: number): Promise<readonly DataFile[]> {
    const files: DataFile[] = [];
    for (const entry of (await entriesOf(folder)) ?? []) {
      const name = folder + entry.name;
      // A link may lead back up: it is followed only as far as the pattern has levels.
      const isFolder = entry.isDirectory() || (Number.isFinite(depth) && (await leadsToFolder(name)));
      if (isFolder && depth > 0) files.push(...(await this.list(`${name}/`, depth - 1)));
      const file = isFolder ? undefined : await this.find(name);
      if (file) files.push(file);
    }
    return files;
  }

  async names(folder: string): Promise<readonly string[] | undefined> {
    const entries = await entriesOf(folder);
    return entries?.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  }

  async *read({ name, size }: DataFile, start: number, end: number): AsyncGenerator<Uint8Array> {
    if (start >= end) return;
    let at = start;
    try {
      await access(name, constants.R_OK);
      for await (const chunk of createReadStream(name, { start, end: end - 1, highWaterMark: chunkBytes })) {
        at += chunk.length;
        yield chunk;
      }
    } catch (error) {
      throw asDataError(error, name);
    }
    if (at < end) throw new DataError(`${name}: is truncated: it had ${size} bytes when the job began, now ${at}`);
  }
}

const leadsToFolder = async (name: string): Promise<boolean> =>
  (await stat(name).catch(ignoreAbsent))?.isDirectory() ?? false;

/** What stands in a folder; undefined if there is no such folder. */
const entriesOf = (folder: string): Promise<Dirent[] | undefined> =>
  readdir(folder === '' ? '.' : folder, { withFileTypes: true }).catch(ignoreAbsent);

function ignoreAbsent(error: unknown): undefined {
  const { code, path = 'a file' } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  throw asDataError(error, path);
}

function asDataError(error: unknown, name: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new DataError(`${name}: is no longer there`, DataExitCode.absent);
    case 'EACCES':
    case 'EPERM':
      return new DataError(`${name}: may not be read; check its permissions`, DataExitCode.noAccess);
    default:
      return error;
  }
}
