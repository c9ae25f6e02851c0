import fc from 'fast-check';
import { ConfError } from '../../../training/conf/conf-error';
import { parseConf } from '../../../training/conf/parse-conf';
import { batchText, onlineText } from './texts';

/** Lines of the message of the error. */
function faults(text: string): string[] {
  try {
    parseConf(text, 'ctr.conf');
  } catch (error) {
    expect(error).toMatchObject({ name: 'ConfError', exitCode: 2 });
    return (error as Error).message.split('\n');
  }
  return [];
}

const missing = (...lines: string[]) => lines.map((line) => `ctr.conf:1:1: ${line}`);

test('what a training cannot do without is told all at once', () => {
  expect(faults('darlin {}')).toEqual(
    missing(
      'the configuration lacks "training_data" to train',
      'the configuration lacks "loss" to train',
      'the configuration lacks "penalty" to train',
      'the configuration lacks "learning_rate" to train',
    ),
  );
});

test.each([
  ['training_data', ['format', 'text', 'file']],
  ['loss', ['type']],
  ['penalty', ['type', 'lambda']],
  ['learning_rate', ['type', 'alpha']],
  ['async_sgd', ['algo']],
])('%s has to have %s', (block, fields) => {
  const told = faults(onlineText({ [block]: '' })).map((line) => line.replace(/^ctr\.conf:\d+:1: /, ''));

  expect(told).toEqual(fields.map((field) => `${block} lacks "${field}"`));
});

test.each([
  ['', 'neither "darlin" nor "async_sgd" to train, nor "validation_data" to evaluate'],
  ['validation_data { format: TEXT text: VW file: "a" }', 'lacks "model_input" to evaluate'],
  [batchText({ loss: 'type: HINGE' }), 'darlin learns with loss LOGIT; use async_sgd'],
  [batchText({ penalty: 'type: L2 lambda: 1' }), 'darlin learns with penalty L1; use async_sgd'],
  [batchText({ darlin: 'init_w { type: FILE }' }), 'init_w of type FILE needs "file_name"'],
  [batchText({ darlin: 'init_w { type: CLONE }' }), 'CLONE is not supported: give the weights'],
  [batchText({ training_data: 'format: TEXT text: LIBSVM file: []' }), 'training_data needs a "file"'],
  [batchText({ penalty: 'type: L1 lambda: []' }), 'penalty needs a "lambda"'],
  [`${batchText()} model_output { format: TEXT file: ["a", "b"] }`, 'model_output takes one "file"'],
  [`${batchText()} model_output { format: BIN file: "a" }`, 'BIN is not supported: write the data as text'],
  [onlineText({ training_data: 'format: BIN text: VW file: "a"' }), 'BIN is not supported: write the data as text'],
  [onlineText({ training_data: 'format: 2 text: VW file: "a"' }), 'PROTO is not supported: write the data as text'],
  [`${batchText()} local_cache { format: PROTO file: "a" }`, 'PROTO is not supported: write BIN'],
  [onlineText({ training_data: 'format: TEXT text: VW file: "a" hdfs { home: "/usr" }' }), 'modelapp upload'],
  [
    onlineText({ training_data: 'format: TEXT text: VW file: "a" range { begin: 1 }' }),
    '"range" is not supported: name',
  ],
  [onlineText({ training_data: 'format: TEXT text: VW file: ""' }), '"file" must not be empty'],
  [onlineText({ training_data: 'format: TEXT text: CSV file: "a" csv { delimiter: "||" }' }), 'must be one character'],
  [onlineText({ training_data: 'format: TEXT text: CSV file: "a" csv { delimiter: "§" }' }), 'one character of ASCII'],
  [onlineText({ training_data: 'format: TEXT text: CSV file: "a" csv { header: f }' }), '"label" is the number of a'],
  [
    onlineText({ training_data: 'format: TEXT text: CSV file: "a" csv { header: f label: "1" skip: "id" }' }),
    'without a header "skip" is the number of a column from 1, as "3", not "id"',
  ],
  [
    onlineText({ async_sgd: 'algo: FTRL minibach: 5' }),
    'unknown field "minibach" in async_sgd; did you mean "minibatch"?',
  ],
  [`${onlineText()} minibatch: 5`, 'unknown field "minibatch" in the configuration; it belongs in async_sgd'],
  [`${batchText()} file_name: "m"`, 'unknown field "file_name" in the configuration; it belongs in init_w'],
  [
    onlineText({ async_sgd: 'algo: FTRL loss { type: LOGIT }' }),
    'unknown field "loss" in async_sgd; it belongs to the top level',
  ],
  [onlineText({ async_sgd: 'algo: FTRL zebra: 5' }), 'unknown field "zebra" in async_sgd'],
  [onlineText({ async_sgd: 'algo: FTRL constructor: 5' }), 'unknown field "constructor" in async_sgd'],
  [
    `${batchText()} training_date {}`,
    'unknown field "training_date" in the configuration; did you mean "training_data"?',
  ],
  [onlineText({ async_sgd: 'algo: FTRL minibatch: 5 minibatch: 6' }), '"minibatch" is given already in line 5'],
  [onlineText({ async_sgd: 'algo: FTRL minibatch: [5]' }), '"minibatch" takes one value, not a list'],
  [onlineText({ async_sgd: 'algo: FTRL minibatch: "5"' }), '"minibatch" takes a whole number, not "5"'],
  [onlineText({ async_sgd: 'algo: FTRL minibatch: 1.5' }), '"minibatch" takes a whole number, not 1.5'],
  [onlineText({ async_sgd: 'algo: FTRL minibatch: 0' }), '"minibatch" must be at least 1, not 0'],
  [onlineText({ async_sgd: 'algo: FTRL minibatch: 1e10' }), '"minibatch" must be at most 2147483647, not 1e10'],
  [onlineText({ async_sgd: 'algo: FTRL minibatch: 09' }), '"minibatch" takes a whole number, not 09'],
  [onlineText({ async_sgd: 'algo: FTRL minibatch { }' }), '"minibatch" takes one value, not a block { … }'],
  [onlineText({ async_sgd: 'algo: FTRL ada_grad: yes' }), '"ada_grad" takes true or false, not yes'],
  [onlineText({ async_sgd: 'algo: FTLR' }), '"algo" must be STANDARD, FTRL, not FTLR'],
  [onlineText({ async_sgd: 'algo: "FTRL"' }), '"algo" takes STANDARD, FTRL without quotes, not "FTRL"'],
  [onlineText({ learning_rate: 'type: DECAY alpha: 0' }), '"alpha" must be above 0, not 0'],
  [onlineText({ learning_rate: 'type: DECAY alpha: 1e999' }), '"alpha" takes a number, not 1e999'],
  [onlineText({ learning_rate: 'type: DECAY alpha: inf' }), '"alpha" takes a number, not inf'],
  [onlineText({ penalty: 'type: L1 lambda: -1' }), '"lambda" must be at least 0, not -1'],
  [onlineText({ training_data: 'format: TEXT text: VW file: part' }), '"file" takes a string in quotes, not part'],
  [
    onlineText({ training_data: 'format: TEXT text: VW file: "a" max_num_lines_per_file: 0' }),
    '"max_num_lines_per_file" must be at least 1, or -1 for no limit, not 0',
  ],
  ['darlin: 5', '"darlin" takes a block { … }, not 5'],
])('%s is refused', (text, fault) => {
  expect(faults(text)).toContainEqual(expect.stringContaining(fault));
});

test('all faults are told in the order of the file, each with its line and column', () => {
  const text = `async_sgd {
  algo: FTRL
  minibach: 100
  max_delay: -1
}
los { type: LOGIT }
training_data { format: TEXT text: VW file: "a" }
penalty { type: L1 lambda: 1 }
learning_rate { type: CONSTANT }`;

  expect(faults(text)).toEqual([
    'ctr.conf:1:1: the configuration lacks "loss" to train',
    'ctr.conf:3:3: unknown field "minibach" in async_sgd; did you mean "minibatch"?',
    'ctr.conf:4:14: "max_delay" must be at least 0, not -1',
    'ctr.conf:6:1: unknown field "los" in the configuration; did you mean "loss"?',
    'ctr.conf:9:1: learning_rate lacks "alpha"',
  ]);
});

test('a fault of syntax is told with those of fields, and hides none as missing', () => {
  expect(faults('async_sgd { algo: FTRL\nminibatch 5\nmax_delay: x }')).toEqual([
    'ctr.conf:2:11: write a colon after "minibatch"',
    'ctr.conf:3:12: "max_delay" takes a whole number, not x',
  ]);
});

test('what is left of a configuration when parts of it are cut out or repeated is told as faults, or still one', () => {
  const text = onlineText({ training_data: 'format: TEXT text: CSV file: ["a", "b"] csv { numeric: "c" }' });
  const place = fc.nat({ max: text.length });
  const ends = (changed: string): boolean => {
    try {
      return parseConf(changed, 'ctr.conf').conf.kind === 'online';
    } catch (error) {
      return error instanceof ConfError;
    }
  };

  fc.assert(fc.property(place, place, (from, to) => ends(text.slice(0, from) + text.slice(to))));
});

test('a hundred thousand files are no trouble', () => {
  const names = Array.from({ length: 100_000 }, (_, index) => `part-${index}`);
  const data = `format: TEXT text: VW ${names.map((name) => `file: "${name}"`).join('\n')}`;
  const { conf } = parseConf(`validation_data { ${data} } model_input { format: TEXT file: "model" }`, 'ctr.conf');

  expect(conf.validationData?.files).toEqual(names);
});
