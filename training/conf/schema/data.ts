import { atLeastOnce, block, ignored, inner, optional, refused, repeated, required, withDefault } from './field';
import { boolean, enumeration, integer, limit, number, text } from './scalar';

const toText = 'write the data as text, for example with "text: SPARSE_BINARY"';
const proto = { number: 2, instead: toText };

const format = enumeration({ TEXT: 3 }, { BIN: { number: 1, instead: toText }, PROTO: proto });
const cacheFormat = enumeration({ BIN: 1, TEXT: 3 }, { PROTO: { number: 2, instead: 'write BIN' } });

const textFormat = enumeration({
  DENSE: 1,
  SPARSE: 2,
  SPARSE_BINARY: 3,
  ADFEA: 4,
  LIBSVM: 5,
  TERAFEA: 6,
  VW: 7,
  CRITEO: 9,
  CSV: 20,
});

const hdfs = block({ home: optional(text()), ugi: optional(text()), namenode: optional(text()) });
const range = block({ begin: optional(number()), end: optional(number()) });

const csv = block({
  header: withDefault(boolean(), true),
  label: withDefault(text(), 'label'),
  positive: withDefault(text(), '1'),
  delimiter: withDefault(text(), ','),
  numeric: repeated(text()),
  skip: repeated(text()),
});

const fields = {
  file: atLeastOnce(text()),
  ignore_feature_group: withDefault(boolean(), false),
  max_num_files_per_worker: withDefault(limit(), undefined),
  max_num_lines_per_file: withDefault(limit(), undefined),
  shuffle: withDefault(boolean(), false),
  replica: ignored(optional(integer()), 'name a file twice, or set num_data_pass'),
  range: refused(optional(range), 'name the files to read in "file"'),
  hdfs: refused(optional(hdfs), 'copy the files to a local folder, or to S3 with "modelapp upload"'),
  csv: inner(csv),
};

/** Files whose lines are examples. */
export const exampleFiles = block({ format: required(format), text: required(textFormat), ...fields });

/** Files of a model. */
export const modelFiles = block({ format: required(format), text: optional(textFormat), ...fields });

/** Files that hold parsed data. */
export const cacheFiles = block({ format: required(cacheFormat), text: optional(textFormat), ...fields });
