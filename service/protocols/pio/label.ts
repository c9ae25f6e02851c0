import type { Label } from '../../../learning/model';
import { orNull } from '../request/output-values';

/** Numbers as JSON writes them; a leading zero makes a code of it. */
const decimal = /^-?(0|[1-9]\d*)(\.\d+)?$/;

const isNumber = (label: Label): boolean => typeof label === 'number' || decimal.test(label);

/**
 * The label as PredictionIO's clients expect it: labels are numbers for them. Training takes labels as text, so where all
 * classes are written as numbers, and stay as many, the answer is a number again.
 * @param classes of the model; undefined for a regression
 */
export function labelOf(output: Label, classes: readonly Label[] | undefined): Label | null {
  if (typeof output === 'number' || !classes?.every(isNumber)) return orNull(output);
  return new Set(classes.map(Number)).size === classes.length ? Number(output) : output;
}
