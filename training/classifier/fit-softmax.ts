import { setImmediate } from 'node:timers/promises';
import type { SoftmaxConfig } from '../../config/schema';
import { FeatureEncoder, learnEncoding } from '../../learning/features/feature-encoding';
import type { ModelParams } from '../../learning/model';
import type { Minimum, OptimiserState } from '../../learning/optimiser/lbfgs';
import { fitSoftmax } from '../../learning/softmax/softmax';
import { SoftmaxModel } from '../../learning/softmax/softmax-model';
import { DataError } from '../data-error';
import type { Dataset } from '../dataset';

/** What a model is fitted with, apart from its data. */
export type FitOptions = Pick<SoftmaxConfig, 'mapping' | 'hyperparameters'> & {
  readonly params?: ModelParams;
};

/** How the caller watches and ends a fit. */
export interface FitHooks {
  /** Called after every step of the optimiser. */
  readonly onProgress?: ((state: OptimiserState) => void) | undefined;
  /** Ends the fit with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface Fit {
  readonly model: SoftmaxModel;
  readonly minimum: Minimum;
}

/**
 * Fits a softmax model to some rows of a data set; its classes are their labels, sorted.
 * The event loop turns between the steps.
 *
 * @throws {DataError} if the rows have fewer than two classes
 */
export async function fitModel(
  { source, rows, labels }: Dataset,
  selected: readonly number[],
  { mapping, hyperparameters, params = {} }: FitOptions,
  { onProgress, signal }: FitHooks = {},
): Promise<Fit> {
  const trainingRows = selected.map((row) => rows[row]!);
  const trainingLabels = selected.map((row) => labels[row]!);
  const classes = classesOf(source, trainingLabels);

  const features = learnEncoding(mapping, trainingRows);
  const encoder = new FeatureEncoder(features);
  const numbers = new Map(classes.map((label, c) => [label, c]));
  const problem = {
    design: encoder.encode(trainingRows),
    width: encoder.width,
    labels: Int32Array.from(trainingLabels, (label) => numbers.get(label)!),
    classes: classes.length,
  };

  const steps = fitSoftmax(problem, hyperparameters);
  for (;;) {
    signal?.throwIfAborted();
    const step = steps.next();
    if (step.done) {
      const { weights, intercepts, minimum } = step.value;
      return { model: new SoftmaxModel({ features, classes, params, weights, intercepts }), minimum };
    }
    onProgress?.(step.value);
    await setImmediate();
  }
}

/**
 * The labels that there are, sorted.
 * @throws {DataError} if there are fewer than two
 */
export function classesOf(source: string, labels: readonly string[]): readonly string[] {
  const classes = [...new Set(labels)].sort();
  if (classes.length >= 2) return classes;
  throw new DataError(`${source}: all rows have the label '${classes[0]}'; a classifier needs at least two`);
}
