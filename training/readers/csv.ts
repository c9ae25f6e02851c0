import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CsvError, type Info, parse } from 'csv-parse';
import { parseFeature, typeNouns } from '../../learning/feature-text';
import type { Row, ScalarFeature, ScalarType, ScalarValue } from '../../learning/model';
import { DataError, DataExitCode } from '../data-error';
import type { Dataset } from '../dataset';

/** A CSV file (RFC 4180) with a header row, and which of its columns to read as what. */
export interface CsvSource {
  /** Path as configured; errors show it so. */
  readonly csv: string;
  /** Folder that a relative path starts from. */
  readonly directory: string;
  /** @default ',' */
  readonly delimiter?: string;
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

interface Columns {
  readonly features: readonly Column[];
  readonly target: Column;
}

const maxRecordBytes = 16 * 1024 ** 2;

/**
 * Reads a CSV file, typed, and takes its SHA-256 on the way.
 * @throws {DataError} `<file>:<line>: <column>: <what is wrong>`; nothing of a faulty file is used
 * @throws the signal's reason once it is aborted
 */
export async function readCsv(source: CsvSource, signal?: AbortSignal): Promise<Dataset> {
  const { csv, directory, delimiter = ',' } = source;
  const hash = createHash('sha256');
  const rows: Row[] = [];
  const labels: string[] = [];
  let columns: Columns | undefined;

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
        rows.push(columns.features.map((column) => readValue(column, record, line)));
        labels.push(readLabel(columns.target, record, line));
      } else {
        columns = findColumns(record, source, line);
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
  if (rows.length === 0) throw new DataError(`${csv}: has a header but no rows`);
  return { source: csv, sha256: hash.digest('hex'), rows, labels };
}

/** Passes a file on while `hash` takes it in. */
const hashing = (hash: Hash) =>
  async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      yield chunk;
    }
  };

function findColumns(header: readonly string[], { features, target }: CsvSource, line: string): Columns {
  const find = (name: string, aliases: readonly string[], type: ScalarType): Column => {
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
  };
  return {
    features: features.map(({ name, aliases, type }) => find(name, aliases, type)),
    target: find(target, [], 'str'),
  };
}

function readValue({ index, name, type }: Column, record: readonly string[], line: string): ScalarValue {
  const text = record[index]!;
  const value = parseFeature(type, text);
  if (value === undefined) throw new DataError(`${line}: ${name}: '${shorten(text)}' is not ${typeNouns[type]}`);
  return value;
}

function readLabel({ index, name }: Column, record: readonly string[], line: string): string {
  const label = record[index]!;
  if (label === '') throw new DataError(`${line}: ${name}: has no label`);
  return label;
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
