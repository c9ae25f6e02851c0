import Type, { type Static } from 'typebox';
import {
  type CsvSource,
  type DataSource,
  DataSourceSchema,
  type EntitySource,
  type InteractionSource,
} from './data-source';
import type { DeepPartial } from './deep-partial';

const scalarTypes = ['float', 'int', 'str', 'bool'] as const;
const featureTypes = [...scalarTypes, 'sparse'] as const;

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
        'A revision whose test score is lower is not kept; an equal one is. The score of softmax is the accuracy, of sparse-linear the AUC (SQUARE: the negated RMSE).',
    }),
  ),
  betterThanActive: Type.Boolean({
    default: false,
    description: 'Keep a revision only if it beats the active one on the same test data.',
  }),
};

const learning = {
  hyperparameters: Type.Object(
    {
      lambda: Type.Number({ minimum: 0, default: 1, description: 'Weight of the penalty ½λ‖W‖².' }),
      maxIterations: Type.Integer({ minimum: 1, default: 500, description: 'Steps of the optimiser at most.' }),
    },
    { additionalProperties: false, default: {}, description: 'The settings of softmax.' },
  ),
  evaluation: Type.Object(
    {
      testFraction: Type.Number({
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0.2,
        description: 'Share of the rows held out to score a revision; 0 keeps all rows for training.',
      }),
      seed: Type.Integer({ default: 1, description: 'Seed of every random draw of a training run.' }),
    },
    { additionalProperties: false, default: {}, description: 'How a training run of softmax is scored.' },
  ),
};

type CommonConfig = Readonly<Static<ReturnType<typeof Type.Object<typeof common>>>>;
type LearningConfig = Readonly<Static<ReturnType<typeof Type.Object<typeof learning>>>>;

/** Multinomial logistic regression over the rows of a source. */
export interface SoftmaxConfig extends CommonConfig, LearningConfig {
  readonly algorithm: 'softmax';
  readonly source: DataSource;
  readonly target: string;
  readonly mapping: readonly MappingEntry<(typeof scalarTypes)[number]>[];
}

/** A linear model of sparse features, trained as a dmlc configuration says. */
export interface SparseLinearConfig extends CommonConfig {
  readonly algorithm: 'sparse-linear';
  /** Relative to the configuration file. */
  readonly conf: string;
  readonly mapping: readonly MappingEntry<'float' | 'int' | 'str' | 'sparse'>[];
}

export type ModelConfig = SoftmaxConfig | SparseLinearConfig;

/** One object with all options, so that each has a path and a line in the reference; which go together is checked apart. */
export const ModelSchema = Type.Unsafe<ModelConfig>(
  Type.Object(
    {
      algorithm: Type.Enum(['softmax', 'sparse-linear'], {
        description:
          'The learner: `softmax` for rows of a source, `sparse-linear` for what a dmlc configuration trains.',
      }),
      source: Type.Optional(DataSourceSchema),
      target: Type.Optional(
        Type.String({ minLength: 1, description: 'The column of the data that softmax predicts; softmax needs it.' }),
      ),
      conf: Type.Optional(
        Type.String({
          minLength: 1,
          description:
            'The dmlc configuration of sparse-linear, which needs it; relative to the configuration file, as the files that it names.',
        }),
      ),
      mapping: Type.Array(MappingSchema, {
        minItems: 1,
        description:
          'The features, in order. In sparse-linear a `float` or `int` is the value of the key that its name hashes to, a `str` is 1 for the hash of `name=text`, as in CSV data; `sparse` features bring keys or names themselves.',
      }),
      ...common,
      ...learning,
    },
    // typebox fills in the defaults inside a record only where the record's values have a default themselves.
    { additionalProperties: false, default: {} },
  ),
);

const needed = { softmax: ['source', 'target'], 'sparse-linear': ['conf'] } as const;
const foreign = {
  softmax: ['conf'],
  'sparse-linear': ['source', 'target', 'hyperparameters', 'evaluation'],
} as const;

/**
 * What does not go together in a model that the schema lets pass, a line each.
 * @param path of the model: `models.iris`
 * @param given the model before the defaults were filled in
 */
export function algorithmFaults(
  path: string,
  { algorithm, mapping }: ModelConfig,
  given: Readonly<Record<string, unknown>>,
): string[] {
  const missing = needed[algorithm].filter((option) => given[option] === undefined);
  const unfit = foreign[algorithm].filter((option) => given[option] !== undefined);
  const type = algorithm === 'softmax' ? 'sparse' : 'bool';
  const instead = algorithm === 'softmax' ? 'use sparse-linear for it' : "write 'str'";
  return [
    ...missing.map((option) => `${path}.${option}: is required`),
    ...unfit.map((option) => `${path}.${option}: does not go with ${algorithm}; leave it out`),
    ...mapping.flatMap((entry, i) =>
      entry.type === type ? [`${path}.mapping[${i}].type: '${type}' does not go with ${algorithm}; ${instead}`] : [],
    ),
  ];
}

/** Takes out the defaults of options that do not go with the algorithm, so that what is resolved resolves again. */
export function dropForeignOptions(model: ModelConfig): void {
  for (const option of foreign[model.algorithm]) Reflect.deleteProperty(model, option);
}

type MappingInput<E> =
  E extends MappingEntry<infer T>
    ? { readonly name: string; readonly type: T; readonly aliases?: readonly string[] }
    : never;

type InteractionSourceInput = Omit<InteractionSource, 'interactions'> & {
  readonly interactions: DeepPartial<InteractionSource['interactions']> & { readonly names: readonly string[] };
};

type SoftmaxInput = Omit<DeepPartial<SoftmaxConfig>, 'mapping' | 'source'> &
  Pick<SoftmaxConfig, 'algorithm' | 'target'> & {
    source: CsvSource | EntitySource | InteractionSourceInput;
    mapping: readonly MappingInput<SoftmaxConfig['mapping'][number]>[];
  };

type SparseLinearInput = Omit<DeepPartial<SparseLinearConfig>, 'mapping'> &
  Pick<SparseLinearConfig, 'algorithm' | 'conf'> & {
    mapping: readonly MappingInput<SparseLinearConfig['mapping'][number]>[];
  };

/** A model as a user writes it. */
export type ModelInput = SoftmaxInput | SparseLinearInput;
