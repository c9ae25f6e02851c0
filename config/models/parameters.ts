import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { describeLearner, HyperparametersSchema, isOwnCode, type Learner, parameterNames } from './hyperparameters';
import type { LearnerConfig } from './learner';

/** Some hyperparameters of a model, by name, to take the place of those that it is configured with. */
export type ParameterSet = Readonly<Record<string, number | string | boolean>>;

/** A model with other parameters; those that are not in the set stay as they are. */
export const withParameters = <C extends LearnerConfig>(config: C, set: ParameterSet): C => ({
  ...config,
  hyperparameters: { ...config.hyperparameters, ...set },
});

const validators: ReadonlyMap<string, Validator> = new Map(
  Object.entries<TSchema>(HyperparametersSchema.properties).map(([name, schema]) => [name, Compile(schema)]),
);

/** What is wrong with the name of a parameter; undefined if the learner has it. */
export function nameFault(learner: Learner, name: string): string | undefined {
  const known = parameterNames(learner);
  return isOwnCode(learner) || known.includes(name)
    ? undefined
    : `is no parameter of ${describeLearner(learner)}; it has ${known.join(', ')}`;
}

/** What is wrong with the value of a parameter that the learner has; undefined if it may have it. */
export function valueFault(learner: Learner, name: string, value: unknown): string | undefined {
  if (isOwnCode(learner)) return scalarFault(value);
  const [error] = validators.get(name)!.Errors(value);
  if (error) return `${error.message}, not ${JSON.stringify(value)}`;
  return name === 'lambda' && value === 0 && learner !== 'softmax' ? 'must be above 0' : undefined;
}

const scalarFault = (value: unknown): string | undefined =>
  ['number', 'string', 'boolean'].includes(typeof value)
    ? undefined
    : `must be a number, a text or a boolean, not ${JSON.stringify(value)}`;

/**
 * What is wrong with some parameters of a learner, a line each.
 * @param path of the set: `models.movies.tune.candidates[0]`
 */
export const parameterFaults = (path: string, learner: Learner, set: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(set).flatMap(([name, value]) => {
    const fault = nameFault(learner, name) ?? valueFault(learner, name, value);
    return fault === undefined ? [] : [`${path}.${name}: ${fault}`];
  });

/** A set for people: `lambda 0.12, rank 50`. */
export const describeParameters = (set: ParameterSet): string =>
  Object.entries(set)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ') || 'as configured';
