import Type from 'typebox';
import type { AlsConfig } from './algorithms/als';
import { isTextModel, type NaiveConfig, type SoftmaxConfig, type TextConfig } from './algorithms/classifier';
import { type CustomConfig, type CustomUserItemConfig, isCustomAlgorithm, isCustomUserItem } from './algorithms/custom';
import { type OnnxConfig, onnxOptions } from './algorithms/onnx';
import type { SparseLinearConfig } from './algorithms/sparse-linear';
import { DataSourceSchema } from './data-source';
import { MappingSchema } from './mapping';
import { commonOptions, learningOptions, ProcessSchema } from './options';

export type ModelConfig =
  | SoftmaxConfig
  | NaiveConfig
  | TextConfig
  | AlsConfig
  | SparseLinearConfig
  | OnnxConfig
  | CustomConfig;

export const isCustom = (config: ModelConfig): config is CustomConfig => isCustomAlgorithm(config.algorithm);

const algorithms = ['softmax', 'naive', 'als', 'sparse-linear', 'onnx'] as const;

/** A model of users and items, of which users learn online. */
export type UserItemConfig = AlsConfig | TextConfig | CustomUserItemConfig;

/** Whether a model learns from what users did with items, and not from rows. */
export const learnsFromInteractions = (config: ModelConfig): config is AlsConfig | CustomUserItemConfig =>
  config.algorithm === 'als' || isCustomUserItem(config);

export const isUserItem = (config: ModelConfig): config is UserItemConfig =>
  learnsFromInteractions(config) || isTextModel(config);

const modes = ['explicit', 'implicit', 'velox', 'user-item'] as const;

/** One object with all options, so that each has a path and a line in the reference; which go together is checked apart. */
export const ModelProperties = Type.Object(
  {
    algorithm: Type.Union(
      [Type.Enum([...algorithms]), Type.String({ pattern: '^\\.{1,2}/', description: 'path of a module' })],
      {
        description:
          'The learner: `softmax` and `naive` (naive Bayes) classify rows of a source, `als` recommends items to users, `sparse-linear` is for what a dmlc configuration trains, `onnx` serves a file that another library wrote; or your own, as `./my-model.ts`, relative to the configuration file.',
      },
    ),
    mode: Type.Optional(
      Type.Enum([...modes], {
        description:
          'What als learns: `explicit` ratings, `implicit` interactions whose values do not count, or ratings as `velox` did; `explicit` if absent. Of naive, `user-item` lets users learn online which classes of texts they like; a classifier if absent. Of your own, `user-item` learns what users think of items, and may rank them; rows if absent.',
      }),
    ),
    source: Type.Optional(DataSourceSchema),
    target: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'The column of the data that is predicted; softmax, naive and models of your own need it, of als it is `rating` if absent; of your own in mode `user-item` each row counts 1 if absent; of onnx it goes with `source`.',
      }),
    ),
    conf: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'The dmlc configuration of sparse-linear, which needs it; relative to the configuration file, as the files that it names.',
      }),
    ),
    mapping: Type.Optional(
      Type.Array(MappingSchema, {
        minItems: 1,
        description:
          'The features, in order; als, and naive with the mode `user-item`, have `user` and `item`, which need no mapping unless columns of the data have other names, their aliases. In naive a `str` is a text of which the words count. In sparse-linear a `float` or `int` is the value of the key that its name hashes to, a `str` is 1 for the hash of `name=text`, as in CSV data; `sparse` features bring keys or names themselves.',
      }),
    ),
    onlineUpdateDelayInMillis: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          "als, and naive with the mode `user-item`: how often users' weights take in what was observed since, in milliseconds; 5000 if absent.",
      }),
    ),
    process: ProcessSchema,
    ...commonOptions,
    ...learningOptions,
    ...onnxOptions,
  },
  // typebox fills in the defaults inside a record only where the record's values have a default themselves.
  { additionalProperties: false, default: {} },
);

/** What is resolved is complete for its algorithm. */
export const ModelSchema = Type.Unsafe<ModelConfig>(ModelProperties);
