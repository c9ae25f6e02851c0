import { type FileHandle, open } from 'node:fs/promises';
import { fileWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { formatEvent, type StoredEvent } from '../format/event';

/** A file of an export. */
export interface Part {
  write(events: readonly StoredEvent[]): Promise<void>;
  /** Ends the file; it is on the disk then. */
  close(): Promise<void>;
}

/** A line of JSON per event, in the form that the event API answers with and that an import reads. */
export class JsonPart implements Part {
  private constructor(private readonly file: FileHandle) {}

  static async open(path: string): Promise<JsonPart> {
    return new JsonPart(await open(path, 'wx'));
  }

  async write(events: readonly StoredEvent[]): Promise<void> {
    await this.file.appendFile(events.map((event) => `${formatEvent(event)}\n`).join(''));
  }

  async close(): Promise<void> {
    try {
      await this.file.sync();
    } finally {
      await this.file.close();
    }
  }
}

const text = (name: string, isRequired: boolean): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: isRequired ? 'REQUIRED' : 'OPTIONAL',
});

const time = (name: string): SchemaElement => ({
  name,
  type: 'INT64',
  converted_type: 'TIMESTAMP_MILLIS',
  repetition_type: 'REQUIRED',
});

/** How each column is read from an event. */
const columns: readonly (readonly [SchemaElement, (event: StoredEvent) => unknown])[] = [
  [text('eventId', true), (event) => event.eventId],
  [text('event', true), (event) => event.event],
  [text('entityType', true), (event) => event.entityType],
  [text('entityId', true), (event) => event.entityId],
  [text('targetEntityType', false), (event) => event.targetEntityType],
  [text('targetEntityId', false), (event) => event.targetEntityId],
  // As text: the type JSON would make readers turn numbers into doubles.
  [text('properties', true), (event) => event.properties],
  [time('eventTime'), (event) => new Date(event.eventTime.millis)],
  [
    { name: 'eventTimeOffsetMinutes', type: 'INT32', repetition_type: 'REQUIRED' },
    (event) => event.eventTime.offsetMinutes,
  ],
  [text('prId', false), (event) => event.prId],
  [time('creationTime'), (event) => new Date(event.creationTime)],
];

const schema: SchemaElement[] = [
  { name: 'event', num_children: columns.length },
  ...columns.map(([element]) => element),
];

/** At which of these a row group ends; it is in memory several times over until it is written. */
const eventsPerGroup = 10_000;
const charactersPerGroup = 8 * 1024 ** 2;

/** The same fields as columns of Parquet: properties as JSON text, times in UTC. */
export class ParquetPart implements Part {
  readonly #writer: ParquetWriter;
  #events: StoredEvent[] = [];
  /** Of the properties of these events. */
  #characters = 0;

  constructor(private readonly path: string) {
    this.#writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'modelapp' });
  }

  async write(events: readonly StoredEvent[]): Promise<void> {
    for (const event of events) {
      this.#events.push(event);
      this.#characters += event.properties.length;
      if (this.#events.length >= eventsPerGroup || this.#characters >= charactersPerGroup) await this.#writeGroup();
    }
  }

  async close(): Promise<void> {
    if (this.#events.length > 0) await this.#writeGroup();
    await this.#writer.finish();
    const file = await open(this.path, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #writeGroup(): Promise<void> {
    const events = this.#events;
    this.#events = [];
    this.#characters = 0;
    const columnData = columns.map(([{ name }, read]) => ({ name, data: events.map(read) }));
    await this.#writer.write({ columnData, rowGroupSize: events.length });
  }
}
