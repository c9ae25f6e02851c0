import Type, { type Static } from 'typebox';

/** One object with the settings of all algorithms; which go with which is in the table of defaults. */
export const HyperparametersSchema = Type.Object(
  {
    lambda: Type.Optional(
      Type.Number({
        minimum: 0,
        description:
          'softmax: weight of the penalty ½λ‖W‖²; 1 if absent. als: weight of the penalty on factors, above 0; 0.12, implicit 0.01, velox 1. naive: added to every count, above 0; 1.',
      }),
    ),
    maxIterations: Type.Optional(
      Type.Integer({ minimum: 1, description: 'softmax: steps of the optimiser at most; 500 if absent.' }),
    ),
    rank: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000,
        description: 'als: number of factors; 50, implicit 32 if absent. What Velox calls numFeatures.',
      }),
    ),
    sweeps: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'als: how often users and items are solved for; 15, implicit 12, velox 5 if absent.',
      }),
    ),
    unseenWeight: Type.Optional(
      Type.Number({
        minimum: 0,
        description: 'als, implicit: weight of a pair that was not seen, against 1 for one that was; 0.1 if absent.',
      }),
    ),
    ridgeFactor: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: "als, velox: lambda counts so many times for a user's weights; `rank` if absent.",
      }),
    ),
    lambda1: Type.Optional(
      Type.Number({
        minimum: 0,
        description: 'sparse-linear: weight of the L1 penalty, in place of that of its `conf`.',
      }),
    ),
    lambda2: Type.Optional(
      Type.Number({
        minimum: 0,
        description: 'sparse-linear: weight of the L2 penalty, in place of that of its `conf`.',
      }),
    ),
    alpha: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description: 'sparse-linear: alpha of the learning rate, in place of that of its `conf`.',
      }),
    ),
    beta: Type.Optional(
      Type.Number({
        minimum: 0,
        description: 'sparse-linear: beta of the learning rate, in place of that of its `conf`.',
      }),
    ),
  },
  { additionalProperties: false, default: {}, description: 'The settings of the algorithm.' },
);

type Hyperparameters = Static<typeof HyperparametersSchema>;

export interface SoftmaxHyperparameters {
  readonly lambda: number;
  readonly maxIterations: number;
}

export interface NaiveHyperparameters {
  readonly lambda: number;
}

export interface ExplicitHyperparameters {
  readonly rank: number;
  readonly lambda: number;
  readonly sweeps: number;
}

export interface ImplicitHyperparameters extends ExplicitHyperparameters {
  readonly unseenWeight: number;
}

export interface VeloxHyperparameters extends ExplicitHyperparameters {
  /** `rank` if absent. */
  readonly ridgeFactor?: number;
}

/** What takes the place of settings of the dmlc configuration. */
export interface SparseLinearHyperparameters {
  readonly lambda1?: number;
  readonly lambda2?: number;
  readonly alpha?: number;
  readonly beta?: number;
}

/** The settings that each learner takes, with their defaults; undefined follows from the others. */
const defaults = {
  softmax: { lambda: 1, maxIterations: 500 },
  naive: { lambda: 1 },
  explicit: { rank: 50, lambda: 0.12, sweeps: 15 },
  implicit: { rank: 32, lambda: 0.01, sweeps: 12, unseenWeight: 0.1 },
  velox: { rank: 50, lambda: 1, sweeps: 5, ridgeFactor: undefined },
  'sparse-linear': { lambda1: undefined, lambda2: undefined, alpha: undefined, beta: undefined },
  custom: {},
  'custom user-item': {},
} as const;

/** An algorithm, or a mode of `als` or of code of the user's. */
export type Learner = keyof typeof defaults;

/** Whether a learner is code of the user's, which takes settings of any name. */
export const isOwnCode = (learner: Learner): boolean => learner === 'custom' || learner === 'custom user-item';

/** A learner for people, in the words of the configuration. */
export const describeLearner = (learner: Learner): string =>
  ['explicit', 'implicit', 'velox'].includes(learner) ? `als in mode '${learner}'` : learner;

/** The names of the settings that a learner of ours takes. */
export const parameterNames = (learner: Learner): readonly string[] => Object.keys(defaults[learner]);

/**
 * What does not go with a learner, a line each.
 * @param path of the hyperparameters: `models.iris.hyperparameters`
 */
export function hyperparameterFaults(path: string, learner: Learner, given: Readonly<Hyperparameters>): string[] {
  if (isOwnCode(learner)) return [];
  const unfit = Object.keys(given).filter((name) => !(name in defaults[learner]));
  const faults = unfit.map((name) => `${path}.${name}: does not go with ${describeLearner(learner)}; leave it out`);
  if (given.lambda === 0 && learner !== 'softmax') faults.push(`${path}.lambda: must be above 0`);
  return faults;
}

/** The settings that were given, and the defaults of those that were not. */
export const withDefaults = (learner: Learner, given: Readonly<Hyperparameters>): Hyperparameters => {
  const filled = { ...defaults[learner], ...given };
  return Object.fromEntries(Object.entries(filled).filter(([, value]) => value !== undefined));
};
