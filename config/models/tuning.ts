import Type, { type Static } from 'typebox';
import type { Learner } from './hyperparameters';
import { metricFault } from './metrics';
import { nameFault, type ParameterSet, parameterFaults, valueFault } from './parameters';

/** Folds of an evaluation unless it is told otherwise. */
export const defaultFolds = 5;

const Parameter = Type.Union([Type.Number(), Type.String(), Type.Boolean()]);

export const TuneSchema = Type.Object(
  {
    folds: Type.Integer({
      minimum: 2,
      maximum: 100,
      default: defaultFolds,
      description:
        'Parts of the data; each is predicted by what was learnt from the others. Row i is in part i mod folds.',
    }),
    metric: Type.Optional(
      Type.String({
        description:
          'By which the best is chosen. softmax and naive: `accuracy`, `logloss`, `auc`; als: `rmse`, `mae`, and of the first k recommendations `precision@k`, `hr@k`, `ndcg@k`, `map@k`; sparse-linear: `auc`, `accuracy`, `logloss`, or with SQUARE `rmse`, `mae`; your own: those that fit its kind, and `score` if it has one. `accuracy`, `rmse`, for implicit `ndcg@10`, for sparse-linear `auc`, of your own `score` if it has one, if absent.',
      }),
    ),
    grid: Type.Optional(
      Type.Record(Type.String(), Type.Array(Parameter, { minItems: 1 }), {
        description: 'Values to try of each hyperparameter, in all combinations; those of the first change slowest.',
      }),
    ),
    candidates: Type.Optional(
      Type.Array(Type.Record(Type.String(), Parameter), {
        minItems: 1,
        description: 'In place of a grid: the sets of hyperparameters to try.',
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'What `modelapp tune` tries. Parameters that it does not name stay as they are.',
  },
);

/** What is tried to find the best parameters of a model. */
export type TuneConfig = Readonly<Static<typeof TuneSchema>>;

/** No more sets than anybody waits for. */
const mostSets = 10_000;

/** The sets of parameters to try, in order: of a grid, the values of the first parameter change slowest. */
export function parameterSets({ grid, candidates }: Pick<TuneConfig, 'grid' | 'candidates'>): readonly ParameterSet[] {
  if (candidates) return candidates;
  return Object.entries(grid ?? {}).reduce<readonly ParameterSet[]>(
    (sets, [name, values]) => sets.flatMap((set) => values.map((value) => ({ ...set, [name]: value }))),
    [{}],
  );
}

/**
 * What is wrong with a section `tune` that its schema lets pass, a line each.
 * @param path of it: `models.movies.tune`
 */
export function tuneFaults(path: string, learner: Learner, tune: TuneConfig): string[] {
  const { grid, candidates, metric } = tune;
  const fault = metric === undefined ? undefined : metricFault(learner, metric);
  return [
    ...(fault === undefined ? [] : [`${path}.metric: ${fault}`]),
    ...(grid && candidates ? [`${path}: has both grid and candidates; keep one`] : []),
    ...(grid || candidates ? [] : [`${path}: needs a grid or candidates`]),
    ...(grid ? gridFaults(`${path}.grid`, learner, grid) : []),
    ...(candidates ?? []).flatMap((set, i) => parameterFaults(`${path}.candidates[${i}]`, learner, set)),
  ];
}

function gridFaults(path: string, learner: Learner, grid: NonNullable<TuneConfig['grid']>): string[] {
  const names = Object.keys(grid);
  if (names.length === 0) return [`${path}: is empty; name values to try, as in { lambda: [0.1, 1] }`];
  const sets = Object.values(grid).reduce((product, values) => product * values.length, 1);
  if (sets > mostSets) return [`${path}: has ${sets} combinations; more than ${mostSets} are not tried`];
  return names.flatMap((name) => {
    const unknown = nameFault(learner, name);
    if (unknown !== undefined) return [`${path}.${name}: ${unknown}`];
    return grid[name]!.flatMap((value, i) => {
      const fault = valueFault(learner, name, value);
      return fault === undefined ? [] : [`${path}.${name}[${i}]: ${fault}`];
    });
  });
}
