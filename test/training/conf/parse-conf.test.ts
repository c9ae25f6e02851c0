import fc from 'fast-check';
import { parseConf } from '../../../training/conf/parse-conf';
import { batchText, onlineText } from './texts';

const conf = (text: string) => parseConf(text, 'ctr.conf').conf;

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

const warnings = (text: string) => parseConf(text, 'ctr.conf').warnings;

const csv = { header: true, label: 'label', positive: '1', delimiter: ',', numeric: [], skip: [] };
const trainingData = {
  text: 'LIBSVM',
  csv,
  files: ['data/train'],
  ignoreFeatureGroup: true,
  maxFilesPerWorker: undefined,
  maxLinesPerFile: undefined,
  shuffle: false,
};

test('online training has these defaults', () => {
  expect(conf(onlineText())).toEqual({
    kind: 'online',
    trainingData,
    validationData: undefined,
    modelOutput: undefined,
    modelInput: undefined,
    loss: 'LOGIT',
    penalty: { l1: 1, l2: 0 },
    learningRate: { type: 'DECAY', alpha: 0.1, beta: 0 },
    algorithm: 'FTRL',
    minibatch: 1000,
    passes: 1,
    readAhead: 1e9,
    reportInterval: 1,
    maxDelay: 0,
    tail: { frequency: 0, countMinRows: 2, countMinSize: 1e8 },
  });
});

test('batch training has these defaults', () => {
  expect(conf(batchText())).toEqual({
    kind: 'batch',
    trainingData: { ...trainingData, ignoreFeatureGroup: false },
    validationData: undefined,
    modelOutput: undefined,
    modelInput: undefined,
    loss: 'LOGIT',
    penalty: { l1: 1, l2: 0 },
    learningRate: { type: 'CONSTANT', alpha: 1, beta: 0 },
    featureBlockRatio: 4,
    randomBlockOrder: true,
    maxBlockDelay: 0,
    maxPasses: 10,
    epsilon: 1e-4,
    tail: { frequency: 0, countMinRows: 2, countMinSize: 2 },
    priorGroups: [],
    priorGroupRounds: 5,
    initialWeights: { type: 'ZERO' },
    saveEveryPasses: 0,
    localCache: undefined,
    deltaInitial: 1,
    deltaMax: 5,
    kktThresholdRatio: 10,
  });
});

test('validation data alone is scored with saved weights, as margins of logistic regression', () => {
  const text = `
    validation_data { format: TEXT text: CRITEO file: "test/part.*" }
    model_input { format: TEXT file: "model/a_S.*" file: "model/b_S.*" }`;

  expect(conf(text)).toEqual({
    kind: 'evaluation',
    validationData: { ...trainingData, text: 'CRITEO', files: ['test/part.*'] },
    modelInput: ['model/a_S.*', 'model/b_S.*'],
    loss: 'LOGIT',
  });
});

test.each([
  ['minibatch: 10000', { minibatch: 10_000 }],
  ['minibatch: 1e4', { minibatch: 10_000 }],
  ['minibatch: 0x10', { minibatch: 16 }],
  ['minibatch: 010', { minibatch: 8 }],
  ['num_data_pass: 3', { passes: 3 }],
  ['data_buf: 100', { readAhead: 1e8 }],
  ['report_interval: 5', { reportInterval: 5 }],
  ['max_delay: 2', { maxDelay: 2 }],
  [
    'tail_feature_freq: 4 countmin_k: 3 countmin_n: 1e9',
    { tail: { frequency: 4, countMinRows: 3, countMinSize: 1e9 } },
  ],
  ['algo: STANDARD', { algorithm: 'ADAGRAD' }],
  ['algo: 1 ada_grad: t', { algorithm: 'ADAGRAD' }],
  ['algo: STANDARD ada_grad: false', { algorithm: 'SGD' }],
  ['algo: FTRL ada_grad: false', { algorithm: 'FTRL' }],
])('async_sgd { %s } is honoured', (written, expected) => {
  const algo = written.includes('algo') ? '' : 'algo: FTRL';

  expect(conf(onlineText({ async_sgd: `${algo} ${written}` }))).toMatchObject(expected);
});

test.each([
  ['feature_block_ratio: .5', { featureBlockRatio: 0.5 }],
  ['random_feature_block_order: 0', { randomBlockOrder: false }],
  ['max_block_delay: 8', { maxBlockDelay: 8 }],
  ['max_pass_of_data: 60', { maxPasses: 60 }],
  ['epsilon: 2e-5', { epsilon: 2e-5 }],
  [
    'tail_feature_freq: 10 countmin_k: 3 countmin_n_ratio: .66',
    { tail: { frequency: 10, countMinRows: 3, countMinSize: 0.66 } },
  ],
  ['prior_fea_group: 127 prior_fea_group: [120, 7]', { priorGroups: [127, 120, 7] }],
  ['num_iter_for_prior_fea_group: 2', { priorGroupRounds: 2 }],
  ['save_model_every_n_iter: 20', { saveEveryPasses: 20 }],
  ['delta_init_value: .5 [PS.LM.delta_max_value]: 10', { deltaInitial: 0.5, deltaMax: 10 }],
  ['[PS.LM.kkt_filter_threshold_ratio] : 1e20', { kktThresholdRatio: 1e20 }],
  ['init_w {}', { initialWeights: { type: 'ZERO' } }],
  ['init_w { type: CONSTANT }', { initialWeights: { type: 'CONSTANT', constant: 1 } }],
  ['init_w { type: CONSTANT constant: -2 }', { initialWeights: { type: 'CONSTANT', constant: -2 } }],
  ['init_w { type: GAUSSIAN }', { initialWeights: { type: 'GAUSSIAN', mean: 0, std: 1 } }],
  ['init_w { type: 3 mean: 1 std: .1 }', { initialWeights: { type: 'GAUSSIAN', mean: 1, std: 0.1 } }],
  ['init_w { type: FILE file_name: "m_S.*" }', { initialWeights: { type: 'FILE', file: 'm_S.*' } }],
  ['local_cache { format: BIN file: "/tmp/c_" }', { localCache: '/tmp/c_' }],
  ['load_local_data: true', { localCache: '.modelapp/cache/bcd_' }],
  ['load_local_data: true local_cache { format: TEXT file: "c_" }', { localCache: 'c_' }],
])('darlin { %s } is honoured', (written, expected) => {
  expect(conf(batchText({ darlin: written }))).toMatchObject(expected);
});

test('parsed data may be kept where the top level says', () => {
  const text = `${batchText()} local_cache { format: BIN file: "/tmp/top_" }`;

  expect(conf(text)).toMatchObject({ localCache: '/tmp/top_' });
});

test.each([
  ['ignore_feature_group: true', { ignoreFeatureGroup: true }],
  ['max_num_files_per_worker: 2', { maxFilesPerWorker: 2 }],
  ['max_num_files_per_worker: -1', { maxFilesPerWorker: undefined }],
  ['max_num_lines_per_file: 100', { maxLinesPerFile: 100 }],
  ['shuffle: true', { shuffle: true }],
  ['file: "b"', { files: ['a', 'b'] }],
])('training_data { %s } is honoured', (written, expected) => {
  const text = batchText({ training_data: `format: TEXT text: LIBSVM file: "a" ${written}` });

  expect(conf(text)).toMatchObject({ trainingData: expected });
});

test.each([
  ['DENSE', 1],
  ['SPARSE', 2],
  ['SPARSE_BINARY', 3],
  ['ADFEA', 4],
  ['LIBSVM', 5],
  ['TERAFEA', 6],
  ['VW', 7],
  ['CRITEO', 9],
  ['CSV', 20],
])('the format %s has the number %d', (name, number) => {
  const text = onlineText({ training_data: `format: 3 text: ${number} file: "a"` });

  expect(conf(text)).toMatchObject({ trainingData: { text: name } });
});

test('the columns of CSV may be described', () => {
  const text = `csv { header: false label: "1" positive: "yes" delimiter: "\\t" numeric: ["2", "3"] skip: "4" }`;

  expect(conf(onlineText({ training_data: `format: TEXT text: CSV file: "a.csv" ${text}` }))).toMatchObject({
    trainingData: {
      csv: { header: false, label: '1', positive: 'yes', delimiter: '\t', numeric: ['2', '3'], skip: ['4'] },
    },
  });
});

test.each([
  ['type: L1 lambda: 1', { l1: 1, l2: 0 }],
  ['type: L1 lambda: 1 lambda: .5', { l1: 1, l2: 0.5 }],
  ['type: L2 lambda: 3', { l1: 0, l2: 3 }],
])('penalty { %s } is an elastic net', (written, penalty) => {
  expect(conf(onlineText({ penalty: written }))).toMatchObject({ penalty });
});

test.each(['SQUARE', 'LOGIT', 'HINGE', 'SQUARE_HINGE'])('loss %s is learned online', (loss) => {
  expect(conf(onlineText({ loss: `type: ${loss}` }))).toMatchObject({ loss });
});

test('validation data, starting weights and a place for the model go with training', () => {
  const text = `${batchText()}
    validation_data { format: TEXT text: LIBSVM file: "test" }
    model_input { format: TEXT file: "old_S.*" }
    model_output { format: TEXT file: "model/ctr" }`;

  expect(conf(text)).toMatchObject({
    trainingData: { ignoreFeatureGroup: false },
    validationData: { files: ['test'], ignoreFeatureGroup: true },
    modelInput: ['old_S.*'],
    modelOutput: 'model/ctr',
  });
});

describe('the form of 2014', () => {
  const text = `app_name: "rcv1"
parameter_name: "w"
linear_method {
  training_data { format: TEXT text: LIBSVM file: "data/train" }
  loss { type: LOGIT }
  penalty { type: L1 lambda: 1 }
  learning_rate { type: CONSTANT eta: 1 }
  solver {}
}`;

  test('means the same as the later one', () => {
    expect(conf(text)).toEqual(conf(batchText()));
  });

  test('is told in warnings', () => {
    expect(warnings(text)).toEqual([
      'ctr.conf:1:1: "app_name" is of the form of 2014 and has no effect',
      'ctr.conf:2:1: "parameter_name" is of the form of 2014 and has no effect',
      'ctr.conf:3:1: "linear_method" is of the form of 2014; its fields may stand at the top level',
      'ctr.conf:7:34: "eta" is of the form of 2014; write "alpha"',
      'ctr.conf:8:3: "solver" is of the form of 2014; write "darlin"',
    ]);
  });
});

test('in the form of 2014 the settings of the solver may stand in two blocks', () => {
  const old = batchText().replace('darlin { ', 'darling { delta_init_value: 5 } solver { max_pass_of_data: 20 ');

  expect(conf(old)).toEqual(conf(batchText({ darlin: 'delta_init_value: 5 max_pass_of_data: 20' })));
});

const filter = 'type: FIXING_FLOAT num_bytes: 2 fixed_point { min_value: -2 } clear_cache_if_done: true';

test.each([
  [onlineText({ async_sgd: `algo: FTRL push_filter { ${filter} }` }), '"push_filter" has no effect'],
  [onlineText({ async_sgd: 'algo: FTRL pull_filter { type: NOISE mean: 0 std: 1 }' }), '"pull_filter" has no effect'],
  [
    batchText({ darlin: 'comm_filter { type: KEY_CACHING signature: 1 uncompressed_size: 2 }' }),
    '"comm_filter" has no',
  ],
  [
    batchText({ darlin: 'max_num_parallel_groups_in_preprocessing: 9' }),
    '"max_num_parallel_groups_in_preprocessing" has',
  ],
  [batchText({ darlin: 'max_data_buf_size_in_mb: 9' }), '"max_data_buf_size_in_mb" has no effect'],
  [onlineText({ training_data: 'format: TEXT text: VW file: "a" replica: 2' }), '"replica" has no effect'],
  [onlineText({ training_data: 'format: TEXT text: VW file: "a" csv {}' }), '"csv" has no effect: "text" is VW'],
  [batchText({ penalty: 'type: L1 lambda: 1 lambda: 2' }), 'only the first "lambda" has an effect'],
  [onlineText({ penalty: 'type: L2 lambda: 1 lambda: 2' }), 'only the first "lambda" has an effect'],
  [onlineText({ penalty: 'type: L1 lambda: [1, 2, 3]' }), 'only the first two "lambda" have an effect'],
  [`${batchText()} async_sgd { algo: FTRL }`, '"async_sgd" has no effect: "darlin" trains'],
  [`${onlineText()} local_cache { format: BIN file: "c" }`, '"local_cache" has no effect: only "darlin"'],
])('%s is used with a warning', (text, warning) => {
  expect(warnings(text)).toEqual([expect.stringContaining(warning)]);
});

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
  [onlineText({ training_data: 'format: TEXT text: CSV file: "a" csv { header: f }' }), '"label" is the number of a'],
  [
    onlineText({ training_data: 'format: TEXT text: CSV file: "a" csv { header: f label: "1" skip: "id" }' }),
    'without a header "skip" is the number of a column from 1, as "3", not "id"',
  ],
  [
    onlineText({ async_sgd: 'algo: FTRL minibach: 5' }),
    'unknown field "minibach" in async_sgd; did you mean "minibatch"?',
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

test('any numbers that are printed are read again', () => {
  const sgd = fc.record({
    minibatch: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    max_delay: fc.nat(),
    alpha: fc.double({ min: 1e-300, noNaN: true, noDefaultInfinity: true }),
    lambda: fc.array(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), { minLength: 2, maxLength: 2 }),
    files: fc.array(fc.string({ minLength: 1, unit: fc.constantFrom(...'aé/.*[]\\ "\'#\t\n') }), { minLength: 1 }),
  });

  fc.assert(
    fc.property(sgd, ({ minibatch, max_delay, alpha, lambda, files }) => {
      const text = onlineText({
        async_sgd: `algo: FTRL minibatch: ${minibatch} max_delay: ${max_delay}`,
        learning_rate: `type: CONSTANT alpha: ${alpha}`,
        penalty: `type: L1 lambda: [${lambda}]`,
        training_data: `format: TEXT text: VW ${files.map((file) => `file: ${JSON.stringify(file)}`).join('\n')}`,
      });

      expect(conf(text)).toMatchObject({
        minibatch,
        maxDelay: max_delay,
        learningRate: { alpha },
        penalty: { l1: lambda[0]! + 0, l2: lambda[1]! + 0 },
        trainingData: { files },
      });
    }),
  );
});
