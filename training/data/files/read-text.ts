import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataError } from '../../data-error';
import type { DataFile } from '../part';
import { chunkBytes, type FileStorage } from './storage';

/**
 * The text of a whole packed file, unpacked on the way; several members that follow each other are one text.
 * @throws {DataError} if it is truncated or damaged
 */
export async function* unpack(file: DataFile, storage: FileStorage): AsyncGenerator<Uint8Array> {
  const packed = Readable.from(storage.read(file, 0, file.size));
  const text = createGunzip({ chunkSize: chunkBytes });
  packed.on('error', (error) => text.destroy(error));
  try {
    yield* packed.pipe(text);
  } catch (error) {
    throw asDataError(error, file.name);
  } finally {
    packed.destroy();
  }
}

/**
 * The text of a plain file from `start` up to `end` and then on to its end, in small portions: for the line that goes
 * beyond, so whoever has it stops.
 */
export async function* readFrom(
  file: DataFile,
  start: number,
  end: number,
  storage: FileStorage,
): AsyncGenerator<Uint8Array> {
  yield* storage.read(file, start, end);
  for (let at = end; at < file.size; at += chunkBytes) {
    yield* storage.read(file, at, Math.min(at + chunkBytes, file.size));
  }
}

function asDataError(error: unknown, name: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'Z_BUF_ERROR':
      return new DataError(`${name}: is truncated; the packed data ends too early`);
    case 'Z_DATA_ERROR':
      return new DataError(`${name}: is no gzip file, or is damaged`);
    default:
      return error;
  }
}
