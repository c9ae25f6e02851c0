import fc from 'fast-check';
import { parseConf } from '../../../training/conf/parse-conf';
import { batchText, onlineText } from './texts';

const conf = (text: string) => parseConf(text, 'ctr.conf').conf;

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
