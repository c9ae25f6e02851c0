import Type, { type Static } from 'typebox';
import { cronOption } from '../cron';
import type { DataSource } from './data-source';
import { HyperparametersSchema } from './hyperparameters';
import { TuneSchema } from './tuning';

/** The options of every model. */
export const commonOptions = {
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

/** The options of models that learn. */
export const learningOptions = {
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

export const ProcessSchema = Type.Object(
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
export type ProcessOptions = Static<typeof ProcessSchema>;

export type CommonConfig = Readonly<Static<ReturnType<typeof Type.Object<typeof commonOptions>>>>;

/** What learns from the rows or the interactions of a source. */
export interface SourceConfig extends CommonConfig {
  readonly source: DataSource;
  readonly evaluation: Readonly<Required<Static<typeof learningOptions.evaluation>>>;
}
