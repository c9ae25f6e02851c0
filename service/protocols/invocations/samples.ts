import { CsvError, parse } from 'csv-parse/sync';
import type { Feature, Row } from '../../../learning/model';
import { badRequest } from '../../http/errors';
import { FieldError, isObject, rowFromObject, rowFromTexts } from '../request/feature-values';

/** A sample's values by name. */
type Sample = Readonly<Record<string, unknown>>;

/** The forms that samples come in as JSON: each puts them into the same one, with the place of each in the body. */
const forms: Readonly<Record<string, (value: unknown, features: readonly Feature[]) => readonly [string, Sample][]>> = {
  dataframe_split: (value) => {
    const { columns, index, data } = objectAt('dataframe_split', value);
    const names = namesAt('dataframe_split.columns', columns);
    const rows = listAt('dataframe_split.data', data);
    if (index !== undefined && listAt('dataframe_split.index', index).length !== rows.length) {
      throw fault('dataframe_split.index', `must have ${rows.length} entries, one for each row of data`);
    }
    return rows.map((row, i) => named(`dataframe_split.data[${i}]`, names, row));
  },
  dataframe_records: (value) =>
    listAt('dataframe_records', value).map((sample, i) => {
      const path = `dataframe_records[${i}]`;
      return [path, objectAt(path, sample)];
    }),
  instances: (value, features) => objectsOrLists('instances', value, features),
  inputs: (value, features) =>
    isObject(value) ? fromColumns('inputs', value) : objectsOrLists('inputs', value, features),
};

/**
 * The rows of a JSON body, which has exactly one of the forms.
 * @throws {HttpError} 400 naming the form, sample or feature that is wrong
 */
export function rowsFromJson(features: readonly Feature[], body: unknown): Row[] {
  const names = Object.keys(forms);
  const sent = isObject(body) ? names.filter((name) => Object.hasOwn(body, name)) : [];
  const [form] = sent;
  if (form === undefined || sent.length > 1) throw badRequest(`the body must have exactly one of ${names.join(', ')}`);
  const samples = forms[form]?.((body as Sample)[form], features) ?? [];
  if (samples.length === 0) throw fault(form, 'must hold at least one sample');
  return samples.map(([path, sample]) => rowAt(path, () => rowFromObject(features, sample)));
}

/**
 * The rows of a CSV body, whose first line has the names of the columns; columns that are no features are ignored.
 * @throws {HttpError} 400 naming the line, or the sample and the feature that is wrong
 */
export function rowsFromCsv(features: readonly Feature[], text: string): Row[] {
  const [header, ...records] = parseCsv(text);
  if (records.length === 0) throw badRequest('the CSV must hold a header line and at least one sample');
  const names = namesAt('the header of the CSV', header);
  return records.map((record, i) => {
    const sample = Object.fromEntries(names.map((name, column) => [name, record[column] as string]));
    return rowAt(`[${i}]`, () => rowFromTexts(features, sample));
  });
}

function parseCsv(text: string): string[][] {
  try {
    return parse(text, { bom: true, skip_empty_lines: true });
  } catch (error) {
    if (error instanceof CsvError) throw badRequest(`the CSV is not valid: ${error.message}`);
    throw error;
  }
}

function rowAt(path: string, read: () => Row): Row {
  try {
    return read();
  } catch (error) {
    if (error instanceof FieldError) throw fault(`${path}.${error.field}`, error.fault);
    throw error;
  }
}

/** A list of objects, or of lists in the order of the features. */
function objectsOrLists(path: string, value: unknown, features: readonly Feature[]): readonly [string, Sample][] {
  const samples = listAt(path, value);
  const names = features.map(({ name }) => name);
  const areLists = Array.isArray(samples[0]);
  return samples.map((sample, i) => {
    const place = `${path}[${i}]`;
    return areLists ? named(place, names, sample) : [place, objectAt(place, sample)];
  });
}

/** Lists of the same length, one for each name. */
function fromColumns(path: string, columns: Sample): readonly [string, Sample][] {
  const lists = Object.entries(columns).map(([name, list]) => [name, listAt(`${path}.${name}`, list)] as const);
  const length = lists[0]?.[1].length ?? 0;
  for (const [name, list] of lists) {
    if (list.length !== length) throw fault(`${path}.${name}`, `has ${list.length} values, but others have ${length}`);
  }
  return Array.from({ length }, (_, i) => [
    `${path}[${i}]`,
    Object.fromEntries(lists.map(([name, list]) => [name, list[i]])),
  ]);
}

function named(path: string, names: readonly string[], values: unknown): [string, Sample] {
  const list = listAt(path, values);
  if (list.length !== names.length) throw fault(path, `must have ${names.length} values, not ${list.length}`);
  return [path, Object.fromEntries(names.map((name, i) => [name, list[i]]))];
}

function namesAt(path: string, value: unknown): readonly string[] {
  const names = new Set<string>();
  for (const [i, name] of listAt(path, value).entries()) {
    if (typeof name !== 'string') throw fault(`${path}[${i}]`, 'must be a text');
    if (names.has(name)) throw fault(path, `has '${name}' twice`);
    names.add(name);
  }
  return [...names];
}

function listAt(path: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw fault(path, 'must be a list');
  return value;
}

function objectAt(path: string, value: unknown): Sample {
  if (!isObject(value)) throw fault(path, 'must be an object');
  return value;
}

const fault = (path: string, message: string) => badRequest(`${path}: ${message}`, path);
