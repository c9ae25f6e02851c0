import { copyField } from '../database/copy-text';

/** The wire protocols, as the column `protocol` names them. */
export type Protocol = 'ml-aws' | 'palladium' | 'stream' | 'velox' | 'pio' | 'oip' | 'invocations';

/** One sample of a request: the features as JSON text of canonical names, and what was answered. */
export interface Sample {
  readonly features: string;
  readonly output: string;
}

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
   * The client's time of the request, in milliseconds since the epoch with fractions; a year from 1 to 9999.
   * @default the arrival
   */
  readonly requestTime?: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly arrivedAt: number;
  /** Milliseconds since the epoch, with fractions. */
  readonly finishedAt: number;
  /** From the parsed request to the answer handed over. */
  readonly latencyMs: number;
  /** Who the request counts for in an experiment, for example `user:ada`; at most `maxKeyLength` characters. */
  readonly unit?: string;
  /** Whether an experiment chose the version; false if the request did. */
  readonly assigned: boolean;
  /** In the order of the request. */
  readonly samples: readonly Sample[];
}

/** Longest `id` and `unit` in characters: an index entry takes 2704 bytes at most, and a character has up to 3. */
export const maxKeyLength = 800;

/** The columns of a row's first line, those of the table `inputs_<v>` but `run_id` and `duplicate`. */
export const inputColumns = [
  'id',
  'request_time',
  'protocol',
  'prediction_id',
  'sample',
  'model',
  'revision',
  'features',
  'unit',
  'assigned',
] as const;

/** The columns of a row's second line, those of the table `outputs_<v>` but `run_id`. */
export const outputColumns = [
  'id',
  'finished_at',
  'output',
  'code_version',
  'prediction_id',
  'sample',
  'model',
  'revision',
  'protocol',
  'latency_ms',
] as const;

/**
 * The rows of a record, two lines for each sample: one of `inputColumns`, one of `outputColumns`, both in PostgreSQL's
 * COPY text format. They are formatted once, here; whoever moves them needs no more than the ends of the lines.
 * @param arrivalMicros the arrival in microseconds since the epoch
 * @throws {RangeError} if `id` or `unit` is too long, or a time lies outside the years 1 to 9999
 */
export function recordLines(record: PredictionRecord, codeVersion: string, arrivalMicros: number): string {
  const { predictionId, revision, protocol, unit, requestTime, samples } = record;
  const id = record.id === undefined ? predictionId : key('id', record.id);
  const requestedAt = requestTimestamp(requestTime === undefined ? arrivalMicros : Math.round(requestTime * 1000));
  const model = copyField(record.model);
  const input = `${id}\t${requestedAt}\t${protocol}\t${predictionId}\t`;
  const inputEnd = `\t${unit === undefined ? '\\N' : key('unit', unit)}\t${record.assigned ? 't' : 'f'}\n`;
  const output = `${id}\t${finishTimestamp(Math.round(record.finishedAt * 1000))}\t`;
  const code = copyField(codeVersion);
  let lines = '';
  for (let n = 0; n < samples.length; n += 1) {
    const sample = samples[n] as Sample;
    lines +=
      `${input}${n}\t${model}\t${revision}\t${jsonField(sample.features)}${inputEnd}` +
      `${output}${copyField(sample.output)}\t${code}\t${predictionId}\t${n}\t${model}\t${revision}\t${protocol}\t${record.latencyMs}\n`;
  }
  return lines;
}

const replacement = '\ufffd';

/** JSON's escapes one by one, so that an escaped backslash before a `u` is not taken for one; pairs stay pairs. */
const jsonEscape = /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\./g;
const unstorable = /^\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})$/;

/** jsonb refuses the escapes of U+0000 and of a lone surrogate; they become U+FFFD too. */
const jsonField = (json: string): string =>
  // JSON writes control characters as escapes, so that without a backslash there is nothing to change.
  json.includes('\\')
    ? copyField(json.replace(jsonEscape, (sequence) => (unstorable.test(sequence) ? replacement : sequence)))
    : json;

function key(name: 'id' | 'unit', text: string): string {
  if (text.length > maxKeyLength) throw new RangeError(`${name} is longer than ${maxKeyLength} characters`);
  return copyField(text);
}

/** Times in seconds of 0001-01-01 and 10000-01-01, which is behind the last that ISO 8601 writes with four digits. */
const firstSecond = -62_135_596_800;
const endSecond = 253_402_300_800;

/**
 * Makes a formatter of microseconds since the epoch. Times of a log often lie in the second of the one before, so that a
 * formatter for each column formats the date but once a second.
 */
function timestampFormatter(): (micros: number) => string {
  let formattedSecond = Number.NaN;
  let text = '';
  return (micros) => {
    const second = Math.floor(micros / 1e6);
    if (second !== formattedSecond) {
      if (!(second >= firstSecond && second < endSecond)) throw new RangeError('a time is outside the years 1 to 9999');
      text = new Date(second * 1000).toISOString().slice(0, 20).replace('Z', '.');
      formattedSecond = second;
    }
    return `${text}${String(micros - second * 1e6).padStart(6, '0')}Z`;
  };
}

const requestTimestamp = timestampFormatter();
const finishTimestamp = timestampFormatter();

/** What an input line says about its request. */
export interface LoggedRequest {
  readonly id: string;
  readonly requestTimeMicros: number;
  readonly protocol: string;
  readonly predictionId: string;
}

/** Reads the beginning of an input line. */
export function parseRequest(line: string): LoggedRequest {
  const [id = '', requestTime = '', protocol = '', predictionId = ''] = line.split('\t', 4);
  return { id: unescaped(id), requestTimeMicros: parseTimestamp(requestTime), protocol, predictionId };
}

/** What both lines of a row say about a sample. */
export interface LoggedSample extends Omit<LoggedRequest, 'id'> {
  readonly model: string;
  readonly revision: string;
  /** JSON text. */
  readonly features: string;
  readonly output: string;
}

/** Reads the two lines of a row. */
export function parseSample(inputLine: string, outputLine: string): LoggedSample {
  const { requestTimeMicros, protocol, predictionId } = parseRequest(inputLine);
  const [model = '', revision = '', features = ''] = inputLine.split('\t').slice(inputColumns.indexOf('model'));
  const output = outputLine.split('\t')[outputColumns.indexOf('output')] ?? '';
  return {
    requestTimeMicros,
    protocol,
    predictionId,
    model: unescaped(model),
    revision,
    features: unescaped(features),
    output: unescaped(output),
  };
}

const meanings: Readonly<Record<string, string>> = { '\\n': '\n', '\\r': '\r', '\\t': '\t', '\\\\': '\\' };

const unescaped = (text: string): string =>
  text.includes('\\') ? text.replace(/\\./g, (sequence) => meanings[sequence] ?? sequence) : text;

const parseTimestamp = (text: string): number =>
  Date.parse(`${text.slice(0, 19)}Z`) * 1000 + Number(text.slice(20, 26));
