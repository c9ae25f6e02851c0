import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSums, encodeSums, type SumsPortion } from './sums-file';

/** What a job needs to go on: its sums, and whatever else, as JSON. */
export interface Checkpoint<State> {
  readonly state: State;
  sums(): AsyncIterable<SumsPortion>;
}

/** Written last: a checkpoint without it, or that differs from it, is not whole. */
interface Manifest<State> {
  readonly state: State;
  /** SHA-256 of the file of sums, in hexadecimal. */
  readonly sums: string;
}

/** How many are kept: the newest might be damaged. */
const kept = 2;

/** The checkpoints of a job in a folder of the disk, one numbered folder each. */
export class Checkpoints<State> {
  /** @param folder is made when the first is written */
  constructor(private readonly folder: string) {}

  /** Writes a checkpoint and then removes those that are too old. */
  async write(state: State, portions: AsyncIterable<SumsPortion>): Promise<void> {
    const numbers = await this.numbers();
    const number = (numbers[0] ?? 0) + 1;
    const folder = join(this.folder, String(number));
    await mkdir(folder, { recursive: true });
    const sums = await writeDurably(join(folder, sumsFile), encoded(portions));
    const manifest: Manifest<State> = { state, sums };
    await writeDurably(join(folder, 'manifest.new'), [Buffer.from(JSON.stringify(manifest))]);
    await rename(join(folder, 'manifest.new'), join(folder, manifestFile));
    for (const old of numbers.slice(kept - 1)) await rm(join(this.folder, String(old)), { recursive: true });
  }

  /** The newest that is whole; undefined if none is. */
  async newest(): Promise<Checkpoint<State> | undefined> {
    for (const number of await this.numbers()) {
      const folder = join(this.folder, String(number));
      const manifest = await this.wholeManifest(folder);
      if (!manifest) continue;
      const { state } = manifest;
      return { state, sums: () => decodeSums(createReadStream(join(folder, sumsFile)) as AsyncIterable<Buffer>) };
    }
    return undefined;
  }

  /** Removes all: the job is done. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private async wholeManifest(folder: string): Promise<Manifest<State> | undefined> {
    try {
      const manifest = JSON.parse(await readFile(join(folder, manifestFile), 'utf8')) as Manifest<State>;
      return (await checksum(join(folder, sumsFile))) === manifest.sums ? manifest : undefined;
    } catch {
      return undefined;
    }
  }

  /** Of all that were begun, the newest first. */
  private async numbers(): Promise<readonly number[]> {
    const names = await readdir(this.folder).catch((): string[] => []);
    return names
      .map(Number)
      .filter((number) => Number.isInteger(number) && number > 0)
      .sort((a, b) => b - a);
  }
}

const sumsFile = 'sums.bin';
const manifestFile = 'manifest.json';

async function* encoded(portions: AsyncIterable<SumsPortion>): AsyncIterable<Buffer> {
  for await (const portion of portions) yield encodeSums(portion);
}

/** Writes a file that outlives a loss of power. @returns its SHA-256 */
async function writeDurably(file: string, pieces: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(file, 'w');
  try {
    for await (const piece of pieces) {
      hash.update(piece);
      await handle.writeFile(piece);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}

async function checksum(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
