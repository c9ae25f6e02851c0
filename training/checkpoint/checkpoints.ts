import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { DataError } from '../data-error';
import { DiskPlace } from './disk-place';
import type { CheckpointPlace } from './place';
import { S3Place } from './s3-place';
import { decodeSums, encodeSums, type SumsPortion } from './sums-file';

/** What a job needs to go on: its sums, and whatever else, as JSON. */
export interface Checkpoint<State> {
  readonly state: State;
  sums(): AsyncIterable<SumsPortion>;
  /** What each worker knew beside the sums, as a line of text. */
  workers(): AsyncIterable<string>;
}

/** Written last: a checkpoint without it, or that differs from it, is not whole. */
interface Manifest<State> {
  readonly state: State;
  /** SHA-256 of the files, in hexadecimal. */
  readonly sums: string;
  /** Absent if the workers had nothing to tell. */
  readonly workers?: string;
}

/** How many are kept: the newest might be damaged. */
const kept = 2;

const sumsFile = 'sums.bin';
/** A file of its own: the lines of many workers together may be longer than a text can be. */
const workersFile = 'workers.jsonl';
const manifestFile = 'manifest.json';

/** The checkpoints of a job, one numbered folder each. */
export class Checkpoints<State> {
  private readonly place: CheckpointPlace;

  /** @param place a folder, or `s3://bucket/prefix`; it is made when the first is written */
  constructor(place: string) {
    this.place = place.startsWith('s3://') ? new S3Place(place) : new DiskPlace(place);
  }

  /** @throws {DataError} if none could be written */
  requireWritable(): Promise<void> {
    return this.place.requireWritable('1', manifestFile);
  }

  /**
   * Writes a checkpoint and then removes those that are too old.
   * @param workers a line for each; undefined if there is nothing to tell
   */
  async write(state: State, portions: AsyncIterable<SumsPortion>, workers?: AsyncIterable<string>): Promise<void> {
    const numbers = await this.numbers();
    const folder = String((numbers[0] ?? 0) + 1);
    const sums = await this.place.write(folder, sumsFile, encoded(portions));
    const manifest: Manifest<State> = {
      state,
      sums,
      ...(workers && { workers: await this.place.write(folder, workersFile, withLineEnds(workers)) }),
    };
    await this.place.write(folder, manifestFile, [Buffer.from(JSON.stringify(manifest))]);
    for (const old of numbers.slice(kept - 1)) await this.place.remove(String(old));
  }

  /**
   * The newest that is whole; undefined if none is. Those after it go: they would be kept in the place of whole ones.
   * @throws {DataError} if their place cannot be reached
   */
  async newest(): Promise<Checkpoint<State> | undefined> {
    const broken: string[] = [];
    for (const number of await this.numbers()) {
      const folder = String(number);
      const manifest = await this.wholeManifest(folder);
      if (!manifest) {
        broken.push(folder);
        continue;
      }
      for (const each of broken) await this.place.remove(each);
      return {
        state: manifest.state,
        sums: () => decodeSums(this.place.read(folder, sumsFile)),
        workers: () => (manifest.workers ? linesOf(this.place.read(folder, workersFile)) : none()),
      };
    }
    return undefined;
  }

  /** Removes all: the job is done. */
  remove(): Promise<void> {
    return this.place.removeAll();
  }

  private async wholeManifest(folder: string): Promise<Manifest<State> | undefined> {
    try {
      const text = (await buffer(this.place.read(folder, manifestFile))).toString();
      const manifest = JSON.parse(text) as Manifest<State>;
      const { sums, workers } = manifest;
      if ((await checksum(this.place.read(folder, sumsFile))) !== sums) return undefined;
      if (workers && (await checksum(this.place.read(folder, workersFile))) !== workers) return undefined;
      return manifest;
    } catch (error) {
      if (error instanceof DataError) throw error;
      return undefined;
    }
  }

  /** Of all that were begun, the newest first. */
  private async numbers(): Promise<readonly number[]> {
    return (await this.place.folders())
      .map(Number)
      .filter((number) => Number.isInteger(number) && number > 0)
      .sort((a, b) => b - a);
  }
}

async function* encoded(portions: AsyncIterable<SumsPortion>): AsyncIterable<Buffer> {
  for await (const portion of portions) yield encodeSums(portion);
}

async function* withLineEnds(lines: AsyncIterable<string>): AsyncIterable<Buffer> {
  for await (const line of lines) yield Buffer.from(`${line}\n`);
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncIterable<string> {
  let line: Buffer[] = [];
  for await (const piece of pieces) {
    let start = 0;
    for (let end = piece.indexOf('\n'); end >= 0; end = piece.indexOf('\n', start)) {
      yield Buffer.concat([...line, piece.subarray(start, end)]).toString();
      line = [];
      start = end + 1;
    }
    line.push(piece.subarray(start));
  }
}

async function* none(): AsyncIterable<never> {}

async function checksum(pieces: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}
