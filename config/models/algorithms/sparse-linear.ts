import type { SparseLinearHyperparameters } from '../hyperparameters';
import type { MappingEntry } from '../mapping';
import type { CommonConfig } from '../options';

/** A linear model of sparse features, trained as a dmlc configuration says. */
export interface SparseLinearConfig extends CommonConfig {
  readonly algorithm: 'sparse-linear';
  /** Relative to the configuration file. */
  readonly conf: string;
  readonly mapping: readonly MappingEntry<'float' | 'int' | 'str' | 'sparse'>[];
  readonly hyperparameters: SparseLinearHyperparameters;
}
