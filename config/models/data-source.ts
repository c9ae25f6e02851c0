import Type, { type Static } from 'typebox';

/** A file of rows. */
export interface CsvSource {
  /** Relative to the configuration file. */
  readonly csv: string;
  /** @default ',' */
  readonly delimiter?: string;
}

/** Which events of the event server count. */
interface EventRange {
  /** Name of the app. */
  readonly events: string;
  /** @default the events of no channel */
  readonly channel?: string;
  /** At or after; ISO 8601 with a zone. */
  readonly startTime?: string;
  /** Before; ISO 8601 with a zone. */
  readonly untilTime?: string;
}

/** The entities of a type: a row each, made of the properties that `$set`, `$unset` and `$delete` left. */
export interface EntitySource extends EventRange {
  readonly entityType: string;
}

/** What entities did with others: a user with an item. */
export interface InteractionSource extends EventRange {
  readonly interactions: Static<typeof Interactions>;
}

export type EventSource = EntitySource | InteractionSource;

/** What was observed by the protocol of Velox: of a user and an item the last score. */
export interface ObservationSource {
  readonly observations: true;
}

export type DataSource = CsvSource | EventSource | ObservationSource;

const Interactions = Type.Object(
  {
    names: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      description: 'Names of the events, such as `rate` and `buy`.',
    }),
    entityType: Type.String({ minLength: 1, default: 'user', description: 'Who acts.' }),
    targetEntityType: Type.String({ minLength: 1, default: 'item', description: 'What is acted upon.' }),
    value: Type.Optional(
      Type.String({ minLength: 1, description: 'A property that holds a number, such as `rating`; none if absent.' }),
    ),
  },
  { additionalProperties: false, description: 'What entities did with others, in order of time.' },
);

const Time = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,3})?(Z|[+-]\\d\\d:\\d\\d)$',
      description: `${description}, as \`2026-01-31T00:00:00Z\`; no limit if absent.`,
    }),
  );

/** One object with all options, so that each has a path and a line in the reference; which go together is checked apart. */
export const DataSourceSchema = Type.Unsafe<DataSource>(
  Type.Object(
    {
      csv: Type.Optional(
        Type.String({
          minLength: 1,
          description: 'CSV file with a header row; relative to the configuration file.',
        }),
      ),
      delimiter: Type.Optional(
        Type.String({ minLength: 1, maxLength: 1, description: 'Column separator of the file; `,` if absent.' }),
      ),
      events: Type.Optional(
        Type.String({ minLength: 1, description: 'App of the event server, with `entityType` or `interactions`.' }),
      ),
      observations: Type.Optional(
        Type.Literal(true, {
          description:
            'What was observed of the model by `POST /observe/<model>`; for als, and for your own in mode `user-item`.',
        }),
      ),
      channel: Type.Optional(
        Type.String({ minLength: 1, description: 'Channel of the app; the events of no channel if absent.' }),
      ),
      entityType: Type.Optional(
        Type.String({
          minLength: 1,
          description:
            'A row for each entity of this type, from its properties after `$set`, `$unset` and `$delete`, in order of ids.',
        }),
      ),
      interactions: Type.Optional(Interactions),
      startTime: Time('Only events at or after this time'),
      untilTime: Time('Only events before this time'),
    },
    { additionalProperties: false, description: 'Where the rows come from: `csv`, `events` or `observations`.' },
  ),
);

const eventOptions = ['channel', 'entityType', 'interactions', 'startTime', 'untilTime'] as const;

/** The source with all that its schema lets pass. */
type Unchecked = Partial<CsvSource & EntitySource & InteractionSource & ObservationSource>;

const kinds = ['csv', 'events', 'observations'] as const;

/**
 * What does not go together in a source that the schema lets pass, a line each.
 * @param path of the source: `models.iris.source`
 */
export function dataSourceFaults(path: string, source: DataSource): string[] {
  const { delimiter, entityType, interactions } = source as Unchecked;
  const [kind, other] = kinds.filter((option) => option in source);
  if (kind === undefined) return [`${path}: needs csv, events or observations`];
  if (other !== undefined) return [`${path}: has both ${kind} and ${other}; keep one`];
  if (kind !== 'events') {
    const foreign = kind === 'csv' ? eventOptions : [...eventOptions, 'delimiter'];
    return foreign
      .filter((option) => option in source)
      .map((option) => `${path}.${option}: goes with ${option === 'delimiter' ? 'csv' : 'events'}, not with ${kind}`);
  }
  const faults: string[] = [];
  if (delimiter !== undefined) faults.push(`${path}.delimiter: goes with csv, not with events`);
  if (entityType !== undefined && interactions !== undefined) {
    faults.push(`${path}: has both entityType and interactions; keep one`);
  } else if (entityType === undefined && interactions === undefined) {
    faults.push(`${path}: needs entityType or interactions beside events`);
  }
  return [...faults, ...timeFaults(path, source as Unchecked)];
}

function timeFaults(path: string, { startTime, untilTime }: Partial<EventRange>): string[] {
  const faults = Object.entries({ startTime, untilTime })
    .filter(([, text]) => text !== undefined && !isTime(text))
    .map(([option, text]) => `${path}.${option}: there is no such time: ${text}`);
  if (faults.length === 0 && startTime && untilTime && Date.parse(startTime) >= Date.parse(untilTime)) {
    faults.push(`${path}.untilTime: must be after startTime (${startTime})`);
  }
  return faults;
}

/** Date takes the 30th of February for a day in March, and zones and a year that PostgreSQL does not know. */
function isTime(text: string): boolean {
  if (Number.isNaN(Date.parse(text)) || text.startsWith('0000') || /[+-](1[6-9]|2\d):\d\d$/.test(text)) return false;
  const day = text.slice(0, 10);
  return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

/** Whether a model learns from what was observed of it. */
export const learnsFromObservations = (model: { readonly algorithm: string; readonly source?: DataSource }): boolean =>
  model.source !== undefined && 'observations' in model.source;

/** A source as people know it: `examples/iris/iris.csv`, `flower entities of app 'garden'`. */
export function describeDataSource(source: DataSource): string {
  if ('csv' in source) return source.csv;
  if ('observations' in source) return 'observations';
  const what =
    'entityType' in source ? `${source.entityType} entities` : `${source.interactions.names.join(', ')} events`;
  const channel = source.channel === undefined ? '' : `, channel '${source.channel}'`;
  return `${what} of app '${source.events}'${channel}`;
}
