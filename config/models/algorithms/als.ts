import type { ExplicitHyperparameters, ImplicitHyperparameters, VeloxHyperparameters } from '../hyperparameters';
import type { MappingEntry } from '../mapping';
import type { SourceConfig } from '../options';

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
