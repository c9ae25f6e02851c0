import type { MappingEntry, ScalarEntry } from '../mapping';
import type { ProcessOptions, SourceConfig } from '../options';

/** The path of a module that says how a model learns and predicts, relative to the configuration file. */
export type CustomAlgorithm = `./${string}` | `../${string}`;

/** A model of the user's own making. */
interface OwnConfig extends SourceConfig {
  readonly algorithm: CustomAlgorithm;
  readonly hyperparameters: Readonly<Record<string, unknown>>;
  readonly process: Readonly<Required<ProcessOptions>>;
}

/** One that predicts rows. */
export interface CustomRowsConfig extends OwnConfig {
  readonly mode?: undefined;
  readonly target: string;
  readonly mapping: readonly ScalarEntry[];
}

/** One that says how much users like items. */
export interface CustomUserItemConfig extends OwnConfig {
  readonly mode: 'user-item';
  /** Column of the rating in a file; each row counts 1 if absent. */
  readonly target?: string;
  /** `user` and `item`. */
  readonly mapping: readonly MappingEntry<'str'>[];
  readonly onlineUpdateDelayInMillis: number;
}

export type CustomConfig = CustomRowsConfig | CustomUserItemConfig;

export const isCustomAlgorithm = (algorithm: unknown): algorithm is CustomAlgorithm =>
  typeof algorithm === 'string' && /^\.{1,2}\//.test(algorithm);

export const isCustomUserItem = (config: {
  readonly algorithm?: string;
  readonly mode?: string;
}): config is CustomUserItemConfig => isCustomAlgorithm(config.algorithm) && config.mode === 'user-item';
