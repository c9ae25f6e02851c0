import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CsvError, type Info, parse } from 'csv-parse';
import { parseFeature, typeNouns } from '../../learning/features/feature-text';
import type { Row, ScalarFeature, ScalarType, ScalarValue } from '../../learning/model';
import { DataError, DataExitCode } from '../data-error';
import type { Dataset } from '../dataset';

/** A CSV file (RFC 4180) with a header row. */
export interface CsvFile {
  /** Path as configured; errors show it so. */
  readonly csv: string;
  /** Folder that a relative path starts from. */
  readonly directory: string;
  /** @default ',' */
  readonly delimiter?: string | undefined;
}

/** A file, and which of its columns to read as what. */
export interface CsvSource extends CsvFile {
  /** Each is read from the column of its name or of one of its aliases. */
  readonly features: readonly ScalarFeature[];
  /** Column of the label; labels are text. */
  readonly target: string;
}

/** A column to read: where it stands in a record, and under which name errors tell of it. */
interface Column {
  readonly index: number;
  readonly name: string;
  readonly type: ScalarType;
}

const maxRecordBytes = 16 * 1024 ** 2;

/**
 * Reads a CSV file, typed, and takes its SHA-256 on the way.
 * @throws {DataError} `<file>:<line>: <column>: <what is wrong>`; nothing of a faulty file is used
 * @throws the signal's reason once it is aborted
 */
export async function readCsv(source: CsvSource, signal?: AbortSignal): Promise<Dataset> {
  const { features, target } = source;
  const rows: Row[] = [];
  const labels: string[] = [];
  const columns: ScalarFeature[] = [...features, { name: target, type: 'str', aliases: [] }];
  const sha256 = await readCsvRows(
    source,
    columns,
    (values, line) => {
      const label = values.pop() as string;
      if (label === '') throw new DataError(`${line}: ${target}: has no label`);
      rows.push(values);
      labels.push(label);
    },
    signal,
  );
  return { source: source.csv, sha256, rows, labels };
}

/**
 * Reads columns of a CSV file row by row; each is that of its name or of one of its aliases.
 * @param onRow hears the values in the order of the columns, and the place of the row as errors tell it
 * @returns the SHA-256 of the file, in hexadecimal
 * @throws {DataError} `<file>:<line>: <column>: <what is wrong>`, also if there is no row
 * @throws the signal's reason once it is aborted
 */
export async function readCsvRows(
  { csv, directory, delimiter = ',' }: CsvFile,
  wanted: readonly ScalarFeature[],
  onRow: (values: ScalarValue[], line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  const hash = createHash('sha256');
  let columns: readonly Column[] | undefined;
  let hasRows = false;

  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    bom: true,
    skip_empty_lines: true,
    info: true,
    max_record_size: maxRecordBytes,
  });
  const collect = async (records: AsyncIterable<{ record: string[]; info: Info }>): Promise<void> => {
    for await (const { record, info } of records) {
      const line = `${csv}:${info.lines}`;
      if (columns) {
        hasRows = true;
        onRow(
          columns.map((column) => readValue(column, record, line)),
          line,
        );
      } else {
        columns = wanted.map((feature) => findColumn(record, feature, line));
      }
    }
  };

  try {
    const file = createReadStream(resolve(directory, csv));
    await pipeline(file, hashing(hash), parser, collect, { signal });
  } catch (error) {
    // The pipeline says only that it was aborted.
    signal?.throwIfAborted();
    throw asDataError(error, csv);
  }
  if (!columns) throw new DataError(`${csv}: is empty; its first row must name the columns`);
  if (!hasRows) throw new DataError(`${csv}: has a header but no rows`);
  return hash.digest('hex');
}

/** Passes a file on while `hash` takes it in. */
const hashing = (hash: Hash) =>
  async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };

function findColumn(header: readonly string[], { name, aliases, type }: ScalarFeature, line: string): Column {
  const names = [name, ...aliases];
  const found = [...header.keys()].filter((index) => names.includes(header[index]!));
  const [index] = found;
  if (index === undefined) {
    throw new DataError(`${line}: there is no column '${name}'; the columns are ${header.join(', ')}`);
  }
  if (found.length > 1) {
    const both = found.map((n) => `'${header[n]}'`).join(' and ');
    throw new DataError(`${line}: the columns ${both} are both ${name}; keep one`);
  }
  return { index, name: header[index]!, type };
}

function readValue({ index, name, type }: Column, record: readonly string[], line: string): ScalarValue {
  const text = record[index]!;
  const value = parseFeature(type, text);
  if (value === undefined) throw new DataError(`${line}: ${name}: '${shorten(text)}' is not ${typeNouns[type]}`);
  return value;
}

const shorten = (text: string): string => {
  const oneLine = text.replaceAll(/\s+/g, ' ');
  return oneLine.length > 40 ? `${oneLine.slice(0, 40)}…` : oneLine;
};

/** What the file system and the parser report, in the words of a user; other failures stay as they are. */
function asDataError(error: unknown, csv: string): unknown {
  if (error instanceof CsvError) return new DataError(csvFault(error, csv));
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new DataError(`${csv}: there is no such file`, DataExitCode.absent);
    case 'EISDIR':
      return new DataError(`${csv}: is a folder, not a file`, DataExitCode.absent);
    case 'EACCES':
    case 'EPERM':
      return new DataError(`${csv}: may not be read; check its permissions`, DataExitCode.noAccess);
    default:
      return error;
  }
}

function csvFault(error: CsvError, csv: string): string {
  const line = `${csv}:${error.lines}`;
  switch (error.code) {
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
      return `${line}: does not have as many columns as the header (${(error.record as string[]).length})`;
    case 'CSV_QUOTE_NOT_CLOSED':
      return `${line}: a quote is opened but never closed`;
    case 'CSV_MAX_RECORD_SIZE':
      return `${line}: the row is longer than ${maxRecordBytes / 1024 ** 2} MiB; is a quote missing?`;
    default:
      return `${line}: the quotes are not as in RFC 4180; write a quote inside a quoted value twice`;
  }
}
