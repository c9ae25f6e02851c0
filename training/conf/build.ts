import type { BatchConf, Conf, CsvColumns, DataConf, EvaluationConf, InitialWeights, OnlineConf } from './conf';
import type { config } from './schema/config';
import type { exampleFiles } from './schema/data';
import type { Values } from './schema/field';

type Config = Values<typeof config.fields>;
type Examples = Values<typeof exampleFiles.fields>;

const bytesOfMegabyte = 1e6;
const cachePrefix = '.modelapp/cache/bcd_';

/** The kind of job that checked values describe. */
export function build(values: Config, kind: Conf['kind']): Conf {
  if (kind === 'batch') return batch(values);
  if (kind === 'online') return online(values);
  return evaluation(values);
}

function online(values: Config): OnlineConf {
  const sgd = values.async_sgd!;
  const standard = sgd.ada_grad ? 'ADAGRAD' : 'SGD';
  return {
    kind: 'online',
    ...learned(values, true),
    algorithm: sgd.algo === 'FTRL' ? 'FTRL' : standard,
    minibatch: sgd.minibatch,
    passes: sgd.num_data_pass,
    readAhead: sgd.data_buf * bytesOfMegabyte,
    reportInterval: sgd.report_interval,
    maxDelay: sgd.max_delay,
    tail: {
      frequency: sgd.tail_feature_freq,
      countMinRows: sgd.countmin_k,
      countMinSize: Math.floor(sgd.countmin_n),
    },
  };
}

function batch(values: Config): BatchConf {
  const darlin = values.darlin!;
  const cache = darlin.local_cache ?? values.local_cache;
  const loaded = darlin.load_local_data ? cachePrefix : undefined;
  const base = learned(values, false);
  return {
    kind: 'batch',
    ...base,
    penalty: { l1: base.penalty.l1, l2: 0 },
    featureBlockRatio: darlin.feature_block_ratio,
    randomBlockOrder: darlin.random_feature_block_order,
    maxBlockDelay: darlin.max_block_delay,
    maxPasses: darlin.max_pass_of_data,
    epsilon: darlin.epsilon,
    tail: {
      frequency: darlin.tail_feature_freq,
      countMinRows: darlin.countmin_k,
      countMinSize: darlin.countmin_n_ratio,
    },
    priorGroups: darlin.prior_fea_group,
    priorGroupRounds: darlin.num_iter_for_prior_fea_group,
    initialWeights: initialWeights(darlin.init_w),
    saveEveryPasses: darlin.save_model_every_n_iter,
    localCache: cache?.file[0] ?? loaded,
    deltaInitial: darlin.delta_init_value,
    deltaMax: darlin.delta_max_value,
    kktThresholdRatio: darlin.kkt_filter_threshold_ratio,
  };
}

const evaluation = (values: Config): EvaluationConf => ({
  kind: 'evaluation',
  validationData: data(values.validation_data!, true),
  modelInput: values.model_input!.file,
  loss: values.loss?.type ?? 'LOGIT',
});

/** What both learners have. */
const learned = (values: Config, ignoreGroups: boolean) => ({
  trainingData: data(values.training_data!, ignoreGroups),
  // Scores know no groups, whatever was trained.
  validationData: values.validation_data && data(values.validation_data, true),
  modelOutput: values.model_output?.file[0],
  modelInput: values.model_input?.file,
  loss: values.loss!.type,
  penalty: penalty(values.penalty!),
  learningRate: values.learning_rate!,
});

const data = (files: Examples, ignoreGroups: boolean): DataConf => ({
  text: files.text,
  csv: files.csv satisfies CsvColumns,
  files: files.file,
  ignoreFeatureGroup: ignoreGroups || files.ignore_feature_group,
  maxFilesPerWorker: files.max_num_files_per_worker,
  maxLinesPerFile: files.max_num_lines_per_file,
  shuffle: files.shuffle,
});

function penalty({ type, lambda }: NonNullable<Config['penalty']>) {
  const [first = 0, second = 0] = lambda;
  return type === 'L1' ? { l1: first, l2: second } : { l1: 0, l2: first };
}

function initialWeights(given: NonNullable<Config['darlin']>['init_w']): InitialWeights {
  if (given.type === 'CONSTANT') return { type: 'CONSTANT', constant: given.constant };
  if (given.type === 'GAUSSIAN') return { type: 'GAUSSIAN', mean: given.mean, std: given.std };
  if (given.type === 'FILE') return { type: 'FILE', file: given.file_name! };
  return { type: 'ZERO' };
}
