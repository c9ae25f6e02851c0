import type { CsvColumns } from '../../../conf/conf';
import { DataError } from '../../../data-error';
import { BadLineFault } from '../bad-line';
import { CsvFields } from './csv-fields';

/** A column of a CSV file and what is made of it. */
export interface CsvColumn {
  /** Its number from 1 if the file has no header. */
  readonly name: string;
  readonly kind: 'label' | 'numeric' | 'text' | 'skip';
}

/** The byte between two fields. */
export const delimiterOf = ({ delimiter }: CsvColumns): number => Buffer.from(delimiter)[0]!;

/**
 * Tells what the columns of a file mean by its first record, the header or, without one, the first row.
 * @param file as messages name it
 * @throws {DataError} if the record is faulty or a configured column is not there
 */
export function readColumns(record: Uint8Array, conf: CsvColumns, file: string): readonly CsvColumn[] {
  const texts = readTexts(record, delimiterOf(conf), file);
  const names = conf.header ? texts : texts.map((_, i) => String(i + 1));
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new DataError(`${file}:1: two columns have the name '${twice}'; rename one`);
  for (const wanted of [conf.label, ...conf.numeric, ...conf.skip]) {
    if (names.includes(wanted)) continue;
    throw new DataError(
      conf.header
        ? `${file}:1: there is no column '${wanted}'; the columns are ${names.join(', ')}`
        : `${file}:1: there is no column '${wanted}'; without a header columns are numbers from 1 to ${names.length}`,
    );
  }
  return names.map((name) => ({ name, kind: kindOf(name, conf) }));
}

function kindOf(name: string, { label, numeric, skip }: CsvColumns): CsvColumn['kind'] {
  if (name === label) return 'label';
  if (skip.includes(name)) return 'skip';
  return numeric.includes(name) ? 'numeric' : 'text';
}

function readTexts(record: Uint8Array, delimiter: number, file: string): readonly string[] {
  const fields = new CsvFields(delimiter);
  const texts: string[] = [];
  fields.open(record, 0, record.length);
  try {
    while (fields.next()) texts.push(new TextDecoder().decode(fields.bytes.subarray(fields.start, fields.end)));
  } catch (error) {
    if (error instanceof BadLineFault) throw new DataError(`${file}:1: ${error.reason}`);
    throw error;
  }
  return texts;
}
