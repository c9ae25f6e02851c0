import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ClientBase, Pool } from 'pg';
import { cancellable } from '../../database/cancellation';
import { transaction } from '../../database/transaction';
import type { StoredEvent } from '../format/event';
import { type EventRow, eventColumns, eventOf } from '../store/event-row';
import { firstFetch, nextFetch } from '../store/fetch-size';
import type { Place } from '../store/new-event';
import { ExportError } from './export-error';
import { JsonPart, ParquetPart, type Part } from './parts';

/** What the files of an export are written in. */
export const exportFormats = ['json', 'parquet'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportOptions {
  readonly pool: Pool;
  readonly place: Place;
  /** The folder to make. */
  readonly output: string;
  readonly format: ExportFormat;
  /**
   * From how many events on the next file begins.
   * @default 1_000_000
   */
  readonly eventsPerPart?: number;
  /** Ends the export with the signal's reason; nothing is left of it. */
  readonly signal?: AbortSignal;
  /** Hears how many events were written so far. */
  readonly onProgress?: (events: number) => void;
}

/**
 * Writes the events of a place as they are now, in order of time, into files `part-*` of a new folder, which appears
 * when all of it is on the disk.
 * @returns how many there are
 * @throws {ExportError} if the folder is there already or cannot be made
 */
export async function exportEvents({
  pool,
  place,
  output,
  format,
  eventsPerPart = 1_000_000,
  signal,
  onProgress,
}: ExportOptions): Promise<number> {
  const folder = resolve(output);
  if (existsSync(folder)) throw new ExportError(`${output}: is there already; remove it, or pass another folder`);
  const draft = `${folder}.partial-${randomBytes(4).toString('hex')}`;
  await makeFolder(draft, output);
  const parts = new Parts(draft, format, eventsPerPart);
  try {
    await transaction(pool, async (client) => {
      await client.query('set transaction isolation level repeatable read, read only');
      await cancellable(client, pool, signal, async () => {
        for await (const events of eventsOf(client, place)) {
          signal?.throwIfAborted();
          await parts.write(events);
          onProgress?.(parts.count);
        }
      });
    });
    await parts.end();
    await sync(draft);
    await publish(draft, folder, output);
  } catch (error) {
    await parts.abandon();
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
  return parts.count;
}

async function makeFolder(draft: string, output: string): Promise<void> {
  try {
    // Not both at once: in /proc, where there is no making folders, that would go on for ever.
    await mkdir(dirname(draft), { recursive: true });
    await mkdir(draft);
  } catch (error) {
    throw new ExportError(`${output}: the folder cannot be made: ${(error as Error).message}`);
  }
}

/** A folder that came into being meanwhile is left alone, unless it is empty. */
async function publish(draft: string, folder: string, output: string): Promise<void> {
  try {
    await rename(draft, folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isThere = code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR';
    throw new ExportError(`${output}: ${isThere ? 'has been made meanwhile; pass another folder' : message}`);
  }
  await sync(dirname(folder));
}

async function sync(folder: string): Promise<void> {
  const handle: FileHandle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* eventsOf(client: ClientBase, { app, channel }: Place): AsyncGenerator<readonly StoredEvent[]> {
  await client.query(
    `declare exported no scroll cursor for select ${eventColumns} from events
     where app = $1 and channel = $2 order by event_time, seq`,
    [app, channel],
  );
  for (let wanted = firstFetch; ; ) {
    const { rows } = await client.query<EventRow>(`fetch ${wanted} from exported`);
    if (rows.length > 0) yield rows.map(eventOf);
    if (rows.length < wanted) return;
    wanted = nextFetch(rows);
  }
}

/** The files of an export, one after the other; there is one even without events. */
class Parts {
  count = 0;
  #opened = 0;
  #current: Part | undefined;

  constructor(
    private readonly folder: string,
    private readonly format: ExportFormat,
    private readonly eventsPerPart: number,
  ) {}

  async write(events: readonly StoredEvent[]): Promise<void> {
    if (this.count >= this.#opened * this.eventsPerPart) await this.#next();
    await this.#current?.write(events);
    this.count += events.length;
  }

  async end(): Promise<void> {
    if (this.#opened === 0) await this.#next();
    await this.#close();
  }

  /** Closes what is open, for whoever removes it all. */
  async abandon(): Promise<void> {
    await this.#close().catch(() => {});
  }

  async #next(): Promise<void> {
    await this.#close();
    const name = `part-${String(this.#opened).padStart(5, '0')}.${this.format}`;
    this.#opened += 1;
    const path = join(this.folder, name);
    this.#current = this.format === 'json' ? await JsonPart.open(path) : new ParquetPart(path);
  }

  async #close(): Promise<void> {
    const part = this.#current;
    this.#current = undefined;
    await part?.close();
  }
}
