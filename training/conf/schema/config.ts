import type { Loss } from '../../../learning/linear/loss';
import { cacheFiles, exampleFiles, modelFiles } from './data';
import { atLeastOnce, block, ignored, inner, optional, repeated, required, withDefault } from './field';
import { boolean, enumeration, integer, number, text } from './scalar';

const count = () => integer({ min: 0 });
const positiveCount = () => integer({ min: 1 });

const filter = block({
  type: required(enumeration({ KEY_CACHING: 1, COMPRESSING: 2, FIXING_FLOAT: 3, NOISE: 4 })),
  num_bytes: withDefault(integer(), 3),
  fixed_point: repeated(block({ min_value: withDefault(number(), -1), max_value: withDefault(number(), 1) })),
  mean: optional(number()),
  std: optional(number()),
  clear_cache_if_done: withDefault(boolean(), false),
  signature: optional(number()),
  uncompressed_size: repeated(number()),
});
const messageFilters = () => ignored(repeated(filter), 'messages have a form of their own');

const loss = block({
  type: required(enumeration({ SQUARE: 1, LOGIT: 2, HINGE: 3, SQUARE_HINGE: 4 } satisfies Record<Loss, number>)),
});

const penalty = block({
  type: required(enumeration({ L1: 1, L2: 2 })),
  lambda: atLeastOnce(number({ min: 0 })),
});

const learningRate = block({
  type: required(enumeration({ CONSTANT: 1, DECAY: 2 })),
  alpha: required(number({ above: 0 })),
  beta: withDefault(number({ min: 0 }), 0),
});

const asyncSgd = block({
  algo: required(enumeration({ STANDARD: 1, FTRL: 2 })),
  minibatch: withDefault(positiveCount(), 1000),
  num_data_pass: withDefault(positiveCount(), 1),
  /** In MB. */
  data_buf: withDefault(positiveCount(), 1000),
  /** In seconds. */
  report_interval: withDefault(number({ above: 0 }), 1),
  max_delay: withDefault(count(), 0),
  ada_grad: withDefault(boolean(), true),
  tail_feature_freq: withDefault(count(), 0),
  countmin_k: withDefault(positiveCount(), 2),
  /** In bytes. */
  countmin_n: withDefault(number({ min: 1 }), 1e8),
  push_filter: messageFilters(),
  pull_filter: messageFilters(),
});

const initialWeights = block({
  type: withDefault(
    enumeration(
      { ZERO: 1, CONSTANT: 2, GAUSSIAN: 3, FILE: 4 },
      { CLONE: { number: 5, instead: 'give the weights to start from as FILE, or in model_input' } },
    ),
    'ZERO',
  ),
  constant: withDefault(number(), 1),
  mean: withDefault(number(), 0),
  std: withDefault(number({ min: 0 }), 1),
  file_name: optional(text()),
});

const sizedByItself = 'memory is bounded by the data';

const darlin = block({
  /** 0 makes one block of each group. */
  feature_block_ratio: withDefault(number({ min: 0 }), 4),
  random_feature_block_order: withDefault(boolean(), true),
  max_block_delay: withDefault(count(), 0),
  max_pass_of_data: withDefault(positiveCount(), 10),
  epsilon: withDefault(number({ min: 0 }), 1e-4),
  tail_feature_freq: withDefault(count(), 0),
  countmin_k: withDefault(positiveCount(), 2),
  countmin_n_ratio: withDefault(number({ above: 0 }), 2),
  prior_fea_group: repeated(count()),
  num_iter_for_prior_fea_group: withDefault(count(), 5),
  init_w: inner(initialWeights),
  save_model_every_n_iter: withDefault(count(), 0),
  local_cache: optional(cacheFiles),
  load_local_data: withDefault(boolean(), false),
  delta_init_value: withDefault(number({ above: 0 }), 1),
  delta_max_value: withDefault(number({ above: 0 }), 5),
  kkt_filter_threshold_ratio: withDefault(number({ above: 0 }), 10),
  comm_filter: messageFilters(),
  max_num_parallel_groups_in_preprocessing: ignored(withDefault(integer(), 1000), sizedByItself),
  max_data_buf_size_in_mb: ignored(withDefault(integer(), 1000), sizedByItself),
});

/** A whole configuration of the dmlc parameter server's linear methods. */
export const config = block({
  training_data: optional(exampleFiles),
  validation_data: optional(exampleFiles),
  model_output: optional(modelFiles),
  model_input: optional(modelFiles),
  local_cache: optional(cacheFiles),
  loss: optional(loss),
  penalty: optional(penalty),
  learning_rate: optional(learningRate),
  async_sgd: optional(asyncSgd),
  darlin: optional(darlin),
});
