import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { type CopyStreamQuery, from as copyFrom } from 'pg-copy-streams';
import { copyField } from '../../database/copy-text';
import type { NewEvent, Place } from '../store/new-event';
import { copyColumns, copyLine } from './copy-line';

/** Bytes that are collected before they are sent. */
const batchBytes = 256 * 1024;

/** Where events with ids of their own wait until it is known which of them are new. */
const createStaging = `create temp table imported (
  like events including defaults,
  position text not null,
  has_time boolean not null
) on commit drop`;

/**
 * Copies events into the database in a transaction of the caller's, in the order they are added; the database works on
 * some while others are made. Events go into their table at once until the first that has an id of its own; from there
 * on all go into the staging table, as the table `events` must not meet an id twice.
 */
export class EventCopy {
  #isStaged = false;
  #copy: OpenCopy | undefined;

  constructor(
    private readonly client: ClientBase,
    private readonly place: Place,
  ) {}

  /** Whether the staging table `imported` is there, with rows that still have to be moved. */
  get isStaged(): boolean {
    return this.#isStaged;
  }

  /**
   * Adds an event.
   * @param position of the line, for people
   * @returns a promise only if the database has to be waited for
   */
  add(event: NewEvent, position: string): Promise<void> | undefined {
    if (!this.#isStaged && event.sent.eventId !== undefined) return this.#stage().then(() => this.add(event, position));
    this.#copy ??= new OpenCopy(this.client, this.#isStaged ? 'imported (position, has_time, ' : 'events (');
    const { app, channel } = this.place;
    const start = this.#isStaged ? `${copyField(position)}\t${event.sent.eventTime ? 't' : 'f'}\t` : '';
    return this.#copy.add(`${start}${app}\t${channel}\t${copyLine(event)}\n`);
  }

  /** Sends what is left, and waits until all of it is stored. */
  async end(): Promise<void> {
    await this.#copy?.end();
    this.#copy = undefined;
  }

  /** Takes back what is under way, so that the connection takes other statements again. */
  async abandon(): Promise<void> {
    await this.#copy?.abandon();
    this.#copy = undefined;
  }

  async #stage(): Promise<void> {
    await this.end();
    await this.client.query(createStaging);
    this.#isStaged = true;
  }
}

/** A COPY that is under way. */
class OpenCopy {
  readonly #stream: CopyStreamQuery;
  readonly #stored: Promise<void>;
  #batch = Buffer.allocUnsafe(batchBytes);
  #used = 0;
  #isOver = false;

  constructor(client: ClientBase, target: string) {
    this.#stream = client.query(copyFrom(`copy ${target}app, channel, ${copyColumns}) from stdin`));
    this.#stored = finished(this.#stream);
    // Whoever waits next hears of a failure.
    this.#stored.catch(() => {
      this.#isOver = true;
    });
  }

  add(line: string): Promise<void> | undefined {
    // A character has at most three bytes for each of its UTF-16 units.
    const most = line.length * 3;
    const sent = this.#used + most > batchBytes ? this.#send() : undefined;
    if (most > batchBytes) return Promise.resolve(sent).then(() => this.#write(Buffer.from(line)));
    this.#used += this.#batch.write(line, this.#used);
    return sent;
  }

  async end(): Promise<void> {
    await this.#send();
    this.#stream.end();
    await this.#stored;
  }

  async abandon(): Promise<void> {
    if (!this.#isOver) this.#stream.destroy(new Error('the import ended early'));
    await this.#stored.catch(() => {});
  }

  async #send(): Promise<void> {
    const batch = this.#batch.subarray(0, this.#used);
    this.#batch = Buffer.allocUnsafe(batchBytes);
    this.#used = 0;
    await this.#write(batch);
  }

  async #write(bytes: Buffer): Promise<void> {
    if (bytes.length === 0 || this.#stream.write(bytes)) return;
    await Promise.race([once(this.#stream, 'drain'), this.#stored]);
  }
}
