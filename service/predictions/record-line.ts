/** The wire protocols, as the column `protocol` names them. */
export type Protocol = 'ml-aws' | 'palladium' | 'stream' | 'velox' | 'pio' | 'oip' | 'invocations';

/** One answered request. */
export interface PredictionRecord {
  /** UUIDv7. */
  readonly predictionId: string;
  readonly model: string;
  readonly revision: number;
  readonly protocol: Protocol;
  /**
   * The client's name for the request; at most `maxKeyLength` characters.
   * @default the prediction id
   */
  readonly id?: string;
  /**
   * The client's time of the request: milliseconds since the epoch, fractions down to the microsecond.
   * @default arrivedAt
   */
  readonly requestTime?: number;
  /** Milliseconds since the epoch, fractions down to the microsecond. */
  readonly arrivedAt: number;
  /** Milliseconds since the epoch, fractions down to the microsecond. */
  readonly finishedAt: number;
  /** From the parsed request to the answer handed over. */
  readonly latencyMs: number;
  /** Who the request counts for in an experiment, for example `user:ada`; at most `maxKeyLength` characters. */
  readonly unit?: string;
  /** Whether an experiment chose the version; false if the request did. */
  readonly assigned: boolean;
  /** In the order of the request: the features as JSON text of canonical names, and what was answered. */
  readonly samples: readonly { readonly features: string; readonly output: string }[];
}

/** Longest `id` and `unit` in characters: their index takes no entry above 2704 bytes, and a character has up to 3. */
export const maxKeyLength = 800;

/** The columns of a line, in order, with the types of the table that the lines are copied into. */
export const lineColumns = [
  ['protocol', 'text'],
  ['id', 'text'],
  ['request_time_us', 'bigint'],
  ['prediction_id', 'uuid'],
  ['model', 'text'],
  ['revision', 'integer'],
  ['finished_at_us', 'bigint'],
  ['latency_ms', 'double precision'],
  ['code_version', 'text'],
  ['unit', 'text'],
  ['assigned', 'boolean'],
  ['sample', 'integer'],
  ['features', 'jsonb'],
  ['output', 'text'],
] as const;

const replacement = '\ufffd';
const needsEscape = /[\\\n\r\t\0]/;

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\0': replacement,
};

/**
 * A text as COPY reads it back. PostgreSQL's text holds no U+0000, which becomes U+FFFD; so does a lone surrogate, when
 * the line is encoded as UTF-8.
 */
const field = (text: string): string =>
  needsEscape.test(text) ? text.replace(/[\\\n\r\t\0]/g, (character) => escapes[character] ?? character) : text;

/** JSON escapes, one by one, so that an escaped backslash before a `u` is not taken for one; pairs stay pairs. */
const jsonEscape = /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\./g;
const unstorable = /^\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})$/;

/** jsonb refuses the escapes of U+0000 and of a lone surrogate; they become U+FFFD too. */
const jsonField = (json: string): string =>
  field(
    json.includes('\\u')
      ? json.replace(jsonEscape, (sequence) => (unstorable.test(sequence) ? replacement : sequence))
      : json,
  );

const microseconds = (milliseconds: number): string => String(Math.round(milliseconds * 1000));

/** The lines of a record, one per sample, in PostgreSQL's COPY text format with the columns of `lineColumns`. */
export function recordLines(record: PredictionRecord, codeVersion: string): string {
  const shared =
    `${record.protocol}\t${record.id === undefined ? '\\N' : field(record.id)}\t` +
    `${microseconds(record.requestTime ?? record.arrivedAt)}\t${record.predictionId}\t${field(record.model)}\t` +
    `${record.revision}\t${microseconds(record.finishedAt)}\t${record.latencyMs}\t${field(codeVersion)}\t` +
    `${record.unit === undefined ? '\\N' : field(record.unit)}\t${record.assigned ? 't' : 'f'}\t`;
  let lines = '';
  for (let sample = 0; sample < record.samples.length; sample += 1) {
    const { features, output } = record.samples[sample] as PredictionRecord['samples'][number];
    lines += `${shared}${sample}\t${jsonField(features)}\t${field(output)}\n`;
  }
  return lines;
}
