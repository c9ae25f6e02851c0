import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SparseRows } from '../../learning/sparse/rows';

/*
 * Rows in a file: a magic word, the length of a header, the header as JSON, the arrays in its order, and the SHA-256 of
 * all before it. Numbers are little-endian.
 */

const magic = Buffer.from('ROWS 01\n');
const checksumBytes = 32;
/** Bytes that are read or written at once. */
const portion = 2 ** 26;

const arrayTypes = {
  labels: Float64Array,
  importances: Float64Array,
  offsets: Uint32Array,
  features: Uint32Array,
  values: Float64Array,
  keys: Uint32Array,
  groups: Uint16Array,
} as const;
type ArrayName = keyof typeof arrayTypes;
type Numbers = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
const names = Object.keys(arrayTypes) as ArrayName[];
/** The length of each array, null for those that the rows do without. */
type Header = Record<ArrayName, number | null>;

/** Writes the rows aside first: whoever finds the file finds it whole. Makes the folder. */
export async function writeRows(path: string, rows: SparseRows): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}.${process.pid}.part`;
  try {
    const file = await open(aside, 'w');
    try {
      await writeAll(file, rows);
    } finally {
      await file.close();
    }
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

/** The rows of a file; undefined if there is none that can be opened, or if it is not intact. */
export async function readRows(path: string): Promise<SparseRows | undefined> {
  const file = await open(path).catch(() => undefined);
  try {
    return file && (await readAll(file));
  } finally {
    await file?.close();
  }
}

async function writeAll(file: FileHandle, rows: SparseRows): Promise<void> {
  const header = Object.fromEntries(names.map((name) => [name, rows[name]?.length ?? null])) as Header;
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const hash = createHash('sha256');
  for (const bytes of [magic, length, text, ...names.map((name) => rows[name])]) {
    if (bytes !== undefined) await write(file, bytesOf(bytes), hash);
  }
  await write(file, hash.digest());
}

async function readAll(file: FileHandle): Promise<SparseRows | undefined> {
  const { size } = await file.stat();
  const hash = createHash('sha256');
  const start = Buffer.alloc(magic.length + 4);
  if (!(await read(file, start, hash)) || !start.subarray(0, magic.length).equals(magic)) return undefined;
  const length = start.readUInt32LE(magic.length);
  if (length > size) return undefined;
  const text = Buffer.alloc(length);
  if (!(await read(file, text, hash))) return undefined;
  const header = parseHeader(text, size);
  if (header === undefined) return undefined;

  const arrays: Partial<Record<ArrayName, Numbers>> = {};
  for (const name of names) {
    const count = header[name];
    if (count === null) continue;
    const array = new arrayTypes[name](count);
    if (!(await read(file, bytesOf(array), hash))) return undefined;
    arrays[name] = array;
  }
  const checksum = Buffer.alloc(checksumBytes);
  if (!(await read(file, checksum)) || !checksum.equals(hash.digest())) return undefined;
  return arrays as unknown as SparseRows;
}

/** The header, if the file is as long as it says. Only the checksum at the end tells whether it is right. */
function parseHeader(text: Buffer, size: number): Header | undefined {
  try {
    const header = JSON.parse(text.toString()) as Header;
    let expected = magic.length + 4 + text.length + checksumBytes;
    for (const name of names) expected += (header[name] ?? 0) * arrayTypes[name].BYTES_PER_ELEMENT;
    return expected === size ? header : undefined;
  } catch {
    return undefined;
  }
}

async function write(file: FileHandle, bytes: Uint8Array, hash?: Hash): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, Math.min(portion, bytes.length - at));
    hash?.update(bytes.subarray(at, at + bytesWritten));
    at += bytesWritten;
  }
}

/** Fills the bytes from the file. Says whether there were enough. */
async function read(file: FileHandle, bytes: Uint8Array, hash?: Hash): Promise<boolean> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(portion, bytes.length - at));
    if (bytesRead === 0) return false;
    hash?.update(bytes.subarray(at, at + bytesRead));
    at += bytesRead;
  }
  return true;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
