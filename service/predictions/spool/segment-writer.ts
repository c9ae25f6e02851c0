import { randomUUID } from 'node:crypto';
import { closeSync, fdatasync, ftruncateSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { segmentName } from './directory';
import { claimSpool, heartbeatMs, releaseClaim, renewClaim } from './owner';

/** The calls that move bytes to the disk. */
export interface SpoolDevice {
  /** Writes at the end of the file and returns how many bytes it took. */
  readonly write: (file: number, bytes: Buffer, offset: number, length: number) => number;
  /** Resolves once the file's bytes are on the disk. */
  readonly sync: (file: number) => Promise<void>;
}

export const fileSystem: SpoolDevice = {
  write: (file, bytes, offset, length) => writeSync(file, bytes, offset, length),
  sync: promisify(fdatasync),
};

interface Segment {
  readonly file: number;
  bytes: number;
  /** Whether it has bytes that may be in the page cache only. */
  dirty: boolean;
  /** After a failed sync its newest bytes may be lost unnoticed. */
  failed: boolean;
}

/** Once a failed spool has room for this much it is tried again; less would fail again at the next frame. */
const probeBytes = 64 * 1024;

/**
 * Appends to the segment files of one spool. A segment that a call has failed on is never written again: its torn end
 * was never answered, and a sync that fails once may succeed the next time without having saved anything.
 */
export class SegmentWriter {
  #folder: string | undefined;
  #number = 0;
  #current: Segment | undefined;
  /** Segments with successors, until they are on the disk. */
  #retired: Segment[] = [];
  /** Folders with new entries that may be in the page cache only. */
  #dirtyFolders = new Set<string>();
  #renewedAt = 0;

  constructor(
    private readonly root: string,
    private readonly segmentBytes: number,
    private readonly device: SpoolDevice,
  ) {}

  /**
   * Writes the first `length` bytes, which are one frame.
   * @throws the error of the file system; nothing of the frame counts then
   */
  write(bytes: Buffer, length: number): void {
    // A process that has slept too long may have lost its spool, which is shipped and removed then.
    if (Math.abs(Date.now() - this.#renewedAt) > 3 * heartbeatMs) this.renew();
    this.#current ??= this.#openSegment();
    const segment = this.#current;
    try {
      for (let done = 0; done < length; ) done += this.device.write(segment.file, bytes, done, length - done);
    } catch (error) {
      this.#leave(segment);
      throw error;
    }
    segment.dirty = true;
    segment.bytes += length;
    if (segment.bytes >= this.segmentBytes) this.#retire();
  }

  /** Resolves once all that was written before the call is on the disk. Calls must not overlap. */
  async sync(): Promise<void> {
    const retired = this.#retired;
    this.#retired = [];
    const segments = this.#current ? [...retired, this.#current] : retired;
    try {
      for (const segment of segments) await this.#syncSegment(segment);
      await this.#syncFolders();
    } finally {
      for (const segment of retired) closeSync(segment.file);
    }
  }

  /** Shows that the writer lives; to be called every `heartbeatMs`. */
  renew(): void {
    this.#renewedAt = Date.now();
    if (this.#folder === undefined || renewClaim(this.#folder)) return;
    this.#retire();
    this.#folder = undefined;
  }

  /** @throws the error of the file system if more frames would fail as well */
  async probe(): Promise<void> {
    const path = join(this.root, `.probe-${process.pid}`);
    const file = openSync(path, 'w', 0o600);
    try {
      for (let done = 0; done < probeBytes; ) {
        done += this.device.write(file, Buffer.alloc(probeBytes - done), 0, probeBytes - done);
      }
      await this.device.sync(file);
    } finally {
      closeSync(file);
      rmSync(path, { force: true });
    }
  }

  /** Syncs, and says that nothing will be written any more. */
  async close(): Promise<void> {
    this.#retire();
    await this.sync();
    if (this.#folder !== undefined) releaseClaim(this.#folder);
    this.#folder = undefined;
  }

  #openSegment(): Segment {
    this.#folder ??= this.#makeFolder();
    this.#number += 1;
    const file = openSync(join(this.#folder, segmentName(this.#number)), 'ax', 0o600);
    this.#dirtyFolders.add(this.#folder);
    return { file, bytes: 0, dirty: false, failed: false };
  }

  /** The folder appears under its name with its owner in it, or not at all. */
  #makeFolder(): string {
    const id = randomUUID();
    const draft = join(this.root, `.new-${id}`);
    mkdirSync(draft, { mode: 0o700 });
    claimSpool(draft);
    const folder = join(this.root, id);
    renameSync(draft, folder);
    this.#renewedAt = Date.now();
    this.#number = 0;
    this.#dirtyFolders.add(this.root);
    return folder;
  }

  /**
   * Gives a segment on which a write has failed a successor and takes its torn end away: once it is shipped to its end it
   * can be removed then, which a full disk waits for.
   */
  #leave(segment: Segment): void {
    this.#retire();
    try {
      ftruncateSync(segment.file, segment.bytes);
      this.#current = this.#openSegment();
    } catch {
      // A disk that takes not even this fails the next write or sync as well, which reports it.
    }
  }

  #retire(): void {
    if (this.#current) this.#retired.push(this.#current);
    this.#current = undefined;
  }

  async #syncSegment(segment: Segment): Promise<void> {
    if (!segment.dirty) return;
    segment.dirty = false;
    try {
      if (segment.failed) throw new Error('an earlier write or sync of this segment failed');
      await this.device.sync(segment.file);
    } catch (error) {
      segment.failed = true;
      if (segment === this.#current) this.#retire();
      throw error;
    }
  }

  async #syncFolders(): Promise<void> {
    const folders = [...this.#dirtyFolders];
    this.#dirtyFolders.clear();
    for (const folder of folders) {
      const handle = await open(folder, 'r');
      await handle.sync().finally(() => handle.close());
    }
  }
}
