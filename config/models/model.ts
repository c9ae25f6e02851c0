import Type, { type Static } from 'typebox';
import { cronOption } from '../cron';
import type { DeepPartial } from '../deep-partial';
import {
  type CsvSource,
  type DataSource,
  DataSourceSchema,
  type EntitySource,
  type InteractionSource,
  type ObservationSource,
} from './data-source';
import {
  type ExplicitHyperparameters,
  HyperparametersSchema,
  type ImplicitHyperparameters,
  type NaiveHyperparameters,
  type SoftmaxHyperparameters,
  type SparseLinearHyperparameters,
  type VeloxHyperparameters,
} from './hyperparameters';
import { TuneSchema } from './tuning';

const scalarTypes = ['float', 'int', 'str', 'bool'] as const;
export const featureTypes = [...scalarTypes, 'sparse'] as const;

/** A feature as configured: its canonical name, its type, and other names that requests may use. */
export interface MappingEntry<T extends (typeof featureTypes)[number] = (typeof featureTypes)[number]> {
  readonly name: string;
  readonly type: T;
  readonly aliases: readonly string[];
}

const MappingSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, description: 'The canonical name: column of the data, key of a request.' }),
    type: Type.Enum([...featureTypes], {
      description:
        'How requests are converted; `sparse` takes any number of keys with values, and is for sparse-linear.',
    }),
    aliases: Type.Array(Type.String({ minLength: 1 }), {
      default: [],
      description: 'Other names that requests may use.',
    }),
  },
  { additionalProperties: false },
);

const common = {
  params: Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Boolean()]), {
    default: {},
    description: "The model's own values of the parameters that a Palladium request may override.",
  }),
  minScore: Type.Optional(
    Type.Number({
      description:
        'A revision whose test score is lower is not kept; an equal one is. The score of softmax and naive is the accuracy, of sparse-linear the AUC (SQUARE: the negated RMSE), of als the negated RMSE (implicit: the NDCG of the first 10); of your own what it says, else the accuracy, or the negated RMSE.',
    }),
  ),
  betterThanActive: Type.Boolean({
    default: false,
    description: 'Keep a revision only if it beats the active one on the same test data.',
  }),
  batchRetrainDelayInMillis: Type.Optional(
    Type.Integer({
      minimum: 1_000,
      description:
        'How long after a retraining, or after it was first trained, the model is retrained by itself, in milliseconds; never if absent.',
    }),
  ),
  batchRetrainSchedule: cronOption('When the model is retrained by itself.'),
  reload: cronOption('When the newest revision that was never rolled back from is activated, as by `/reload`.'),
  tune: Type.Optional(TuneSchema),
};

const learning = {
  hyperparameters: HyperparametersSchema,
  evaluation: Type.Object(
    {
      testFraction: Type.Optional(
        Type.Number({
          minimum: 0,
          exclusiveMaximum: 1,
          description:
            'Share of the rows held out to score a revision; 0 keeps all rows for training. 0.2, of observations 0 if absent.',
        }),
      ),
      seed: Type.Integer({ default: 1, description: 'Seed of every random draw of a training run.' }),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'How a training run is scored; not of sparse-linear, whose validation data scores it.',
    },
  ),
};

const ProcessSchema = Type.Object(
  {
    timeoutMs: Type.Optional(
      Type.Integer({
        minimum: 1,
        description:
          'How long a request may occupy the model, of onnx an inference, in milliseconds; then its process is started anew. 1000 if absent, of onnx 10000.',
      }),
    ),
    memoryMiB: Type.Optional(
      Type.Integer({
        minimum: 128,
        description:
          'Memory that the process may take, in MiB; with more it is started anew. 256 if absent, of onnx what there is.',
      }),
    ),
  },
  {
    additionalProperties: false,
    default: {},
    description: 'The process that each process of the service starts for a model of your own, or of onnx.',
  },
);
type ProcessOptions = Static<typeof ProcessSchema>;

const outputName = (description: string) => Type.Optional(Type.String({ minLength: 1, description }));

const onnx = {
  file: Type.Optional(
    Type.String({
      minLength: 1,
      description: 'The ONNX file of onnx, which needs it; relative to the configuration file.',
    }),
  ),
  classes: Type.Optional(
    Type.Array(Type.Union([Type.String(), Type.Number()]), {
      minItems: 2,
      uniqueItems: true,
      description: 'The classes of onnx in the order of the probabilities; those that the file tells if absent.',
    }),
  ),
  outputs: Type.Optional(
    Type.Object(
      {
        number: outputName('The number of a regression.'),
        label: outputName('The label; that of the largest probability if absent.'),
        probabilities: outputName('The probability of each class.'),
        logits: outputName('Instead of probabilities, what their softmax makes probabilities of.'),
      },
      {
        additionalProperties: false,
        description: 'Which output of the ONNX file is what, by name; by their types and shapes if absent.',
      },
    ),
  ),
  threads: Type.Integer({
    minimum: 1,
    maximum: 64,
    default: 1,
    description: 'Threads of one inference of onnx, in each process; there is a process for each core.',
  }),
  batching: Type.Object(
    {
      maxSize: Type.Integer({
        minimum: 1,
        default: 64,
        description: 'Rows of a batch at most; a request with more runs by itself.',
      }),
      maxDelayMs: Type.Number({
        minimum: 0,
        maximum: 1_000,
        default: 0,
        description:
          'How long a request may wait for a batch to fill while the model is free; a request that finds it idle never waits. In milliseconds.',
      }),
    },
    {
      additionalProperties: false,
      default: {},
      description: 'How requests that come while the model is busy go into one inference of onnx.',
    },
  ),
};

type CommonConfig = Readonly<Static<ReturnType<typeof Type.Object<typeof common>>>>;

/** What learns from the rows or the interactions of a source. */
interface SourceConfig extends CommonConfig {
  readonly source: DataSource;
  readonly evaluation: Readonly<Required<Static<typeof learning.evaluation>>>;
}

/** A classifier of rows. */
interface ClassifierConfig extends SourceConfig {
  readonly target: string;
  readonly mapping: readonly MappingEntry<(typeof scalarTypes)[number]>[];
}

/** Multinomial logistic regression over the rows of a source. */
export interface SoftmaxConfig extends ClassifierConfig {
  readonly algorithm: 'softmax';
  readonly hyperparameters: SoftmaxHyperparameters;
}

/** Multinomial naive Bayes over the amounts and the words of the rows of a source. */
export interface NaiveConfig extends ClassifierConfig {
  readonly algorithm: 'naive';
  readonly mode?: 'user-item';
  readonly hyperparameters: NaiveHyperparameters;
}

/** Users' weights over the probabilities of the classes of a text, which naive Bayes computes. */
export interface TextConfig extends NaiveConfig {
  readonly mode: 'user-item';
  /** `user`, of whom the data says nothing, and `item`, the text. */
  readonly mapping: readonly MappingEntry<'str'>[];
  readonly onlineUpdateDelayInMillis: number;
}

/** Factors of users and items by alternating least squares. */
export type AlsConfig = SourceConfig & {
  readonly algorithm: 'als';
  /** Column of the rating in a file. */
  readonly target: string;
  /** Longest time until an observation reaches the weights of its user. */
  readonly onlineUpdateDelayInMillis: number;
  /** `user` and `item`. */
  readonly mapping: readonly MappingEntry<'str'>[];
} & (
    | { readonly mode: 'explicit'; readonly hyperparameters: ExplicitHyperparameters }
    | { readonly mode: 'implicit'; readonly hyperparameters: ImplicitHyperparameters }
    | { readonly mode: 'velox'; readonly hyperparameters: VeloxHyperparameters }
  );

/** A linear model of sparse features, trained as a dmlc configuration says. */
export interface SparseLinearConfig extends CommonConfig {
  readonly algorithm: 'sparse-linear';
  /** Relative to the configuration file. */
  readonly conf: string;
  readonly mapping: readonly MappingEntry<'float' | 'int' | 'str' | 'sparse'>[];
  readonly hyperparameters: SparseLinearHyperparameters;
}

/** An ONNX file that another library wrote. */
export interface OnnxConfig extends Omit<CommonConfig, 'params'> {
  readonly algorithm: 'onnx';
  /** Relative to the configuration file. */
  readonly file: string;
  readonly mapping: readonly MappingEntry<(typeof scalarTypes)[number]>[];
  /** Rows to score it on, and the column of their labels; both or none. */
  readonly source?: DataSource;
  readonly target?: string;
  readonly classes?: readonly (string | number)[];
  readonly outputs?: Readonly<Static<typeof onnx.outputs>>;
  readonly threads: number;
  readonly batching: Readonly<Static<typeof onnx.batching>>;
  readonly process: Readonly<ProcessOptions & Required<Pick<ProcessOptions, 'timeoutMs'>>>;
}
/** The path of a module that says how a model learns and predicts, relative to the configuration file. */
export type CustomAlgorithm = `./${string}` | `../${string}`;

/** A model of the user's own making. */
interface OwnConfig extends SourceConfig {
  readonly algorithm: CustomAlgorithm;
  readonly hyperparameters: Readonly<Record<string, unknown>>;
  readonly process: Readonly<Required<ProcessOptions>>;
}

/** One that predicts rows. */
export interface CustomRowsConfig extends OwnConfig {
  readonly mode?: undefined;
  readonly target: string;
  readonly mapping: readonly MappingEntry<(typeof scalarTypes)[number]>[];
}

/** One that says how much users like items. */
export interface CustomUserItemConfig extends OwnConfig {
  readonly mode: 'user-item';
  /** Column of the rating in a file; each row counts 1 if absent. */
  readonly target?: string;
  /** `user` and `item`. */
  readonly mapping: readonly MappingEntry<'str'>[];
  readonly onlineUpdateDelayInMillis: number;
}

export type CustomConfig = CustomRowsConfig | CustomUserItemConfig;

export type ModelConfig =
  | SoftmaxConfig
  | NaiveConfig
  | TextConfig
  | AlsConfig
  | SparseLinearConfig
  | OnnxConfig
  | CustomConfig;

export const isCustomAlgorithm = (algorithm: unknown): algorithm is CustomAlgorithm =>
  typeof algorithm === 'string' && /^\.{1,2}\//.test(algorithm);

export const isCustom = (config: ModelConfig): config is CustomConfig => isCustomAlgorithm(config.algorithm);

const algorithms = ['softmax', 'naive', 'als', 'sparse-linear', 'onnx'] as const;

/** A model of users and items, of which users learn online. */
export type UserItemConfig = AlsConfig | TextConfig | CustomUserItemConfig;

export const isTextModel = (config: { readonly algorithm?: string; readonly mode?: string }): config is TextConfig =>
  config.algorithm === 'naive' && config.mode === 'user-item';

export const isCustomUserItem = (config: {
  readonly algorithm?: string;
  readonly mode?: string;
}): config is CustomUserItemConfig => isCustomAlgorithm(config.algorithm) && config.mode === 'user-item';

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
    ...common,
    ...learning,
    ...onnx,
  },
  // typebox fills in the defaults inside a record only where the record's values have a default themselves.
  { additionalProperties: false, default: {} },
);

/** What is resolved is complete for its algorithm. */
export const ModelSchema = Type.Unsafe<ModelConfig>(ModelProperties);

type MappingInput<E> =
  E extends MappingEntry<infer T>
    ? { readonly name: string; readonly type: T; readonly aliases?: readonly string[] }
    : never;

type InteractionSourceInput = Omit<InteractionSource, 'interactions'> & {
  readonly interactions: DeepPartial<InteractionSource['interactions']> & { readonly names: readonly string[] };
};

type SourceInput = CsvSource | EntitySource | InteractionSourceInput | ObservationSource;

type TextInput = Omit<DeepPartial<TextConfig>, 'mapping' | 'source'> &
  Pick<TextConfig, 'algorithm' | 'mode' | 'target'> & {
    source: SourceInput;
    mapping?: readonly MappingInput<TextConfig['mapping'][number]>[];
  };

type RowsInput<C extends SoftmaxConfig | Omit<NaiveConfig, 'mode'> | CustomRowsConfig> = Omit<
  DeepPartial<C>,
  'mapping' | 'source'
> &
  Pick<C, 'algorithm' | 'target'> & {
    source: SourceInput;
    mapping: readonly MappingInput<C['mapping'][number]>[];
  };

type CustomUserItemInput = Omit<DeepPartial<CustomUserItemConfig>, 'mapping' | 'source'> &
  Pick<CustomUserItemConfig, 'algorithm' | 'mode'> & {
    source: SourceInput;
    mapping?: readonly MappingInput<CustomUserItemConfig['mapping'][number]>[];
  };

type AlsInput = Omit<DeepPartial<AlsConfig>, 'mapping' | 'source' | 'hyperparameters'> &
  Pick<AlsConfig, 'algorithm'> & {
    source: SourceInput;
    hyperparameters?: Partial<ImplicitHyperparameters & VeloxHyperparameters>;
    mapping?: readonly MappingInput<AlsConfig['mapping'][number]>[];
  };

type SparseLinearInput = Omit<DeepPartial<SparseLinearConfig>, 'mapping'> &
  Pick<SparseLinearConfig, 'algorithm' | 'conf'> & {
    mapping: readonly MappingInput<SparseLinearConfig['mapping'][number]>[];
  };

type OnnxInput = Omit<DeepPartial<OnnxConfig>, 'mapping' | 'source' | 'classes'> &
  Pick<OnnxConfig, 'algorithm' | 'file' | 'classes'> & {
    source?: SourceInput;
    mapping: readonly MappingInput<OnnxConfig['mapping'][number]>[];
  };

/** A model as a user writes it. */
export type ModelInput =
  | RowsInput<SoftmaxConfig>
  | RowsInput<Omit<NaiveConfig, 'mode'>>
  | TextInput
  | RowsInput<CustomRowsConfig>
  | CustomUserItemInput
  | AlsInput
  | SparseLinearInput
  | OnnxInput;
