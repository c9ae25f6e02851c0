import Type from 'typebox';
import type { Label } from '../../../learning/model';

/** One of several scalar types: a list of types is checked and serialised much faster than a choice of schemas. */
const scalar = <T>(types: readonly string[], description: string) => Type.Unsafe<T>({ type: types, description });

/** A label or a number; a number that JSON cannot hold is null. */
export const OutputSchema = scalar<Label | null>(['string', 'number', 'null'], 'The label or the number.');

/** Class probabilities by the name of the class. */
export const ProbabilitiesSchema = Type.Record(
  Type.String(),
  scalar<number | null>(['number', 'null'], 'Probability of the class.'),
);

/** NaN and infinities as null. */
export const orNull = <T extends Label>(value: T): T | null =>
  typeof value === 'number' && !Number.isFinite(value) ? null : value;

/** `{"setosa": 0.98, …}` in the order of the classes. */
export function byClass(
  classes: readonly Label[],
  probabilities: ArrayLike<number>,
): Readonly<Record<string, number | null>> {
  const named: Record<string, number | null> = {};
  for (let i = 0; i < classes.length; i += 1) named[classes[i] as Label] = orNull(probabilities[i] as number);
  return named;
}
