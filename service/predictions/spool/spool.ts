import { mkdirSync } from 'node:fs';
import { totalUnshippedBytes } from './backlog';
import { frameHeaderBytes, sealFrame } from './frame';
import { heartbeatMs } from './owner';
import { fileSystem, SegmentWriter, type SpoolDevice } from './segment-writer';

/** `full`: at the cap, or no space on the disk. `unwritable`: the disk refuses for another reason. */
export type SpoolFault = 'full' | 'unwritable';

/** What was to be appended is not in the spool; the request may be answered with 503 and sent again. */
export class SpoolUnavailableError extends Error {
  override readonly name = 'SpoolUnavailableError';
  constructor(
    readonly reason: SpoolFault,
    options?: ErrorOptions,
  ) {
    super(reason === 'full' ? 'the prediction log is full' : 'the prediction log cannot be written', options);
  }
}

export interface SpoolOptions {
  /** The folder of all spools, in which this one makes its own. */
  readonly root: string;
  /** Longest time in milliseconds that an append may stand in the page cache only; 0: it resolves on the disk. */
  readonly fsyncMs: number;
  /** Bytes that the database does not have yet, in all spools together, from which on appends fail. */
  readonly maxBytes: number;
  /**
   * Size from which on a segment gets a successor.
   * @default 64 MiB
   */
  readonly segmentBytes?: number;
  /** @default the file system */
  readonly device?: SpoolDevice;
  /**
   * Called when the spool stops taking appends because of the disk.
   * @default nothing
   */
  readonly onFault?: (error: SpoolUnavailableError) => void;
}

/** The appends of one event-loop turn, up to `maxFrameRows`: one frame, one write, one promise. */
interface Turn {
  lines: string;
  rows: number;
  readonly done: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: SpoolUnavailableError) => void;
}

/** How often the size of all spools is looked up, and a spool that has failed tries again, in milliseconds. */
const inspectMs = 200;

/** A frame reaches the tables as a whole, so that one of many requests must not grow beyond what a slow database takes. */
const maxFrameRows = 10_000;

/** A buffer of this size is kept for the next frame. */
const bufferBytes = 1024 ** 2;

const codesOfFullDisk = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** A process's append-only log on disk. What it has taken outlives the process, and after `fsyncMs` the machine's power. */
export class Spool {
  readonly #segments: SegmentWriter;
  readonly #buffer = Buffer.allocUnsafeSlow(bufferBytes);
  readonly #timers: readonly NodeJS.Timeout[];
  #turn: Turn | undefined;
  #fault: SpoolFault | undefined;
  #syncing: Promise<void> = Promise.resolve();
  #syncTimer: NodeJS.Timeout | undefined;
  #inspecting = false;
  #closed = false;
  /** Bytes in all spools when they were looked up last, and what this one has taken since. */
  #unshipped = 0;
  #taken = 0;

  /** @throws the error of the file system if the root cannot be made */
  constructor(private readonly options: SpoolOptions) {
    const { root, segmentBytes = 64 * 1024 ** 2, device = fileSystem } = options;
    mkdirSync(root, { recursive: true });
    this.#segments = new SegmentWriter(root, segmentBytes, device);
    this.#timers = [
      setInterval(() => this.#heartbeat(), heartbeatMs).unref(),
      setInterval(() => void this.#inspect(), inspectMs).unref(),
    ];
    void this.#inspect();
  }

  get state(): 'ok' | SpoolFault {
    return this.#fault ?? (this.#unshipped >= this.options.maxBytes ? 'full' : 'ok');
  }

  /**
   * Takes whole lines, `rows` of them. Resolves when they are in the spool, which takes until the end of the event
   * loop's turn, or with `fsyncMs` 0 until they are on the disk.
   * @throws {SpoolUnavailableError} if they are not in the spool
   */
  append(lines: string, rows: number): Promise<void> {
    const state = this.#closed ? 'unwritable' : this.state;
    if (state !== 'ok') return Promise.reject(new SpoolUnavailableError(state));
    if (this.#turn && this.#turn.rows + rows > maxFrameRows) this.#endTurn();
    this.#turn ??= this.#beginTurn();
    this.#count(lines.length);
    this.#turn.lines += lines;
    this.#turn.rows += rows;
    return this.#turn.done;
  }

  /** Resolves when all that was appended before is on the disk. */
  async flush(): Promise<void> {
    this.#endTurn();
    await this.#sync();
  }

  /** Flushes, and gives the spool free to be shipped to its end and removed. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of [...this.#timers, this.#syncTimer]) clearInterval(timer);
    this.#endTurn();
    await this.#sync();
    await this.#segments.close();
  }

  #beginTurn(): Turn {
    const settle: Partial<Pick<Turn, 'resolve' | 'reject'>> = {};
    const done = new Promise<void>((resolve, reject) => Object.assign(settle, { resolve, reject }));
    setImmediate(() => this.#endTurn());
    this.#count(frameHeaderBytes);
    return { lines: '', rows: 0, done, ...(settle as Pick<Turn, 'resolve' | 'reject'>) };
  }

  #count(bytes: number): void {
    this.#unshipped += bytes;
    this.#taken += bytes;
  }

  #endTurn(): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    this.#turn = undefined;
    try {
      this.#write(turn);
    } catch (error) {
      turn.reject(this.#fail(error));
      return;
    }
    if (this.options.fsyncMs === 0) {
      this.#sync().then(turn.resolve, turn.reject);
      return;
    }
    turn.resolve();
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined;
      this.#sync().catch(() => {});
    }, this.options.fsyncMs).unref();
  }

  #write({ lines, rows }: Turn): void {
    const most = frameHeaderBytes + 3 * lines.length;
    const frame = most <= bufferBytes ? this.#buffer : Buffer.allocUnsafe(frameHeaderBytes + Buffer.byteLength(lines));
    const length = frame.write(lines, frameHeaderBytes, 'utf8');
    sealFrame(frame, length, rows, Date.now());
    this.#segments.write(frame, frameHeaderBytes + length);
  }

  /** One sync after the other; a failure is that of its caller alone. */
  #sync(): Promise<void> {
    const result = this.#syncing.then(async () => {
      try {
        await this.#segments.sync();
      } catch (error) {
        throw this.#fail(error);
      }
    });
    this.#syncing = result.catch(() => {});
    return result;
  }

  #fail(cause: unknown): SpoolUnavailableError {
    const { code = '' } = cause as NodeJS.ErrnoException;
    const fault = codesOfFullDisk.has(code) ? 'full' : 'unwritable';
    const error = new SpoolUnavailableError(fault, { cause });
    if (this.#fault === undefined) this.options.onFault?.(error);
    this.#fault = fault;
    return error;
  }

  #heartbeat(): void {
    try {
      this.#segments.renew();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #inspect(): Promise<void> {
    if (this.#inspecting) return;
    this.#inspecting = true;
    const before = this.#taken;
    try {
      const unshipped = await totalUnshippedBytes(this.options.root);
      this.#unshipped = unshipped + this.#taken - before;
      if (this.#fault !== undefined && !this.#closed) await this.#segments.probe();
      this.#fault = undefined;
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#inspecting = false;
    }
  }
}
