import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ImportError } from './import-error';

/** A line of the input, without its end. */
export interface EventLine {
  readonly bytes: Buffer;
  /** Where it stands, for people: `12`, or `12 of part-00001` in a folder. */
  readonly position: string;
}

/** Where lines come from, beside the path. */
export interface LineSource {
  /** @default that of the process */
  readonly stdin?: Readable;
  /** Ends a wait for standard input with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A longer line is no event, and would not stay in memory. */
const maxLineBytes = 16 * 1024 ** 2;
const chunkBytes = 1024 ** 2;

/**
 * The lines of a file, or of the files `part-*` in a folder by name; blank ones are left out.
 * @param input `-` is standard input
 * @returns some lines at a time
 * @throws {ImportError} naming the file or the line
 */
export async function* readEventLines(
  input: string,
  { stdin = process.stdin, signal }: LineSource = {},
): AsyncGenerator<readonly EventLine[]> {
  if (input === '-') {
    const stop = () => stdin.destroy(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
    yield* splitLines(readChunks(stdin, 'standard input'), (line) => String(line));
    return;
  }
  if (!(await isFolder(input))) {
    yield* splitLines(chunksOf(input), (line) => String(line));
    return;
  }
  const parts = (await readdir(input)).filter((name) => name.startsWith('part-')).sort();
  if (parts.length === 0) throw new ImportError(`${input}: the folder has no files named part-*`);
  for (const part of parts) yield* splitLines(chunksOf(join(input, part)), (line) => `${line} of ${part}`);
}

const isFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw explained(path, error);
  }
};

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  try {
    yield* readChunks(createReadStream(path, { highWaterMark: chunkBytes }), path);
  } catch (error) {
    throw explained(path, error);
  }
}

/** @throws {ImportError} if it is a file of another kind, told by its first bytes */
async function* readChunks(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of chunks) {
    if (isFirst && chunk.toString('latin1', 0, 4) === 'PAR1') {
      throw new ImportError(`${name}: is a Parquet file; import takes what export writes with --format json`);
    }
    if (isFirst && chunk[0] === 0x1f && chunk[1] === 0x8b) {
      throw new ImportError(`${name}: is compressed by gzip; send it through zcat, and import with --input -`);
    }
    isFirst = false;
    yield chunk;
  }
}

function explained(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return new ImportError(`${path}: there is no such file or folder`);
  if (code === 'EACCES') return new ImportError(`${path}: may not be read`);
  if (code === 'EISDIR') return new ImportError(`${path}: is a folder within the folder; parts must be files`);
  return error;
}

async function* splitLines(
  chunks: AsyncIterable<Buffer>,
  positionOf: (line: number) => string,
): AsyncGenerator<readonly EventLine[]> {
  let number = 0;
  /** The beginning of a line whose end has not come yet. */
  let open: Buffer[] = [];
  let openBytes = 0;
  for await (const chunk of chunks) {
    const lines: EventLine[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(0x0a, start);
      const piece = chunk.subarray(start, end === -1 ? chunk.length : end);
      if (openBytes + piece.length > maxLineBytes) {
        throw new ImportError(`line ${positionOf(number + 1)}: is longer than ${maxLineBytes} bytes`);
      }
      if (end === -1) {
        open.push(piece);
        openBytes += piece.length;
        break;
      }
      number += 1;
      const bytes = open.length === 0 ? piece : Buffer.concat([...open, piece]);
      if (!isBlank(bytes)) lines.push({ bytes, position: positionOf(number) });
      open = [];
      openBytes = 0;
      start = end + 1;
    }
    yield lines;
  }
  const last = Buffer.concat(open);
  if (!isBlank(last)) yield [{ bytes: last, position: positionOf(number + 1) }];
}

const isBlank = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
