import type { NaiveHyperparameters, SoftmaxHyperparameters } from '../hyperparameters';
import type { MappingEntry, ScalarEntry } from '../mapping';
import type { SourceConfig } from '../options';

/** A classifier of rows. */
interface ClassifierConfig extends SourceConfig {
  readonly target: string;
  readonly mapping: readonly ScalarEntry[];
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

export const isTextModel = (config: { readonly algorithm?: string; readonly mode?: string }): config is TextConfig =>
  config.algorithm === 'naive' && config.mode === 'user-item';
