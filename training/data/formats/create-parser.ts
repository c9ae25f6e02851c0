import type { CsvColumns, TextFormat } from '../../conf/conf';
import { AdfeaParser } from './adfea';
import { CriteoParser } from './criteo';
import { CsvParser } from './csv/csv';
import { type CsvColumn, delimiterOf } from './csv/csv-columns';
import { LibsvmParser } from './libsvm';
import type { LineParser } from './line-parser';
import { DenseParser, SparseBinaryParser, SparseParser } from './sparse';
import { TerafeaParser } from './terafea';
import { VwParser } from './vw';

/** How lines are to be read; plain data, so that it can be sent to another thread. */
export interface LineFormat {
  readonly text: TextFormat;
  /** Whether any number is a label where the format has labels as numbers: for the squared loss. */
  readonly anyLabel: boolean;
  readonly csv: CsvColumns;
  /** What the columns of the file mean; none but for CSV. */
  readonly columns: readonly CsvColumn[];
}

export function createParser({ text, anyLabel, csv, columns }: LineFormat): LineParser {
  switch (text) {
    case 'SPARSE_BINARY':
      return new SparseBinaryParser();
    case 'SPARSE':
      return new SparseParser();
    case 'DENSE':
      return new DenseParser();
    case 'LIBSVM':
      return new LibsvmParser(anyLabel);
    case 'ADFEA':
      return new AdfeaParser();
    case 'TERAFEA':
      return new TerafeaParser();
    case 'CRITEO':
      return new CriteoParser();
    case 'VW':
      return new VwParser(anyLabel);
    case 'CSV':
      return new CsvParser(columns, delimiterOf(csv), csv.positive);
  }
}
