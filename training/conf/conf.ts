import type { Loss } from '../../learning/linear/loss';

/** How the lines of a text file are written. */
export type TextFormat =
  | 'DENSE'
  | 'SPARSE'
  | 'SPARSE_BINARY'
  | 'ADFEA'
  | 'LIBSVM'
  | 'TERAFEA'
  | 'VW'
  | 'CRITEO'
  | 'CSV';

/** What a CSV file's columns mean. */
export interface CsvColumns {
  readonly header: boolean;
  /** The column of the label; its number from 1 if there is no header. */
  readonly label: string;
  /** The label's text that means +1. */
  readonly positive: string;
  readonly delimiter: string;
  readonly numeric: readonly string[];
  readonly skip: readonly string[];
}

/** Data that a job reads. */
export interface DataConf {
  readonly text: TextFormat;
  readonly csv: CsvColumns;
  /** Files, folders, globs or regular expressions, local or `s3://`, as configured. */
  readonly files: readonly string[];
  readonly ignoreFeatureGroup: boolean;
  /** Only the first n files for each worker; undefined for all. */
  readonly maxFilesPerWorker: number | undefined;
  /** Only the first n lines of each file; undefined for all. */
  readonly maxLinesPerFile: number | undefined;
  readonly shuffle: boolean;
}

/** Elastic net: λ₁‖w‖₁ + ½λ₂‖w‖². */
export interface Penalty {
  readonly l1: number;
  readonly l2: number;
}

/** η = α, or η = α/(β + √N). */
export interface LearningRate {
  readonly type: 'CONSTANT' | 'DECAY';
  readonly alpha: number;
  readonly beta: number;
}

/** Features seen this often or less are left out; how the sketch that counts them is made. */
export interface TailFilter {
  /** 0 keeps all and needs no sketch. */
  readonly frequency: number;
  readonly countMinRows: number;
  /** Bytes of the sketch in all (online), or cells for each distinct key (batch). */
  readonly countMinSize: number;
}

export type InitialWeights =
  | { readonly type: 'ZERO' }
  | { readonly type: 'CONSTANT'; readonly constant: number }
  | { readonly type: 'GAUSSIAN'; readonly mean: number; readonly std: number }
  | { readonly type: 'FILE'; readonly file: string };

interface Learned {
  readonly trainingData: DataConf;
  readonly validationData: DataConf | undefined;
  /** Prefix of the model files; undefined if the model is not written. */
  readonly modelOutput: string | undefined;
  /** Model files with the starting weights. */
  readonly modelInput: readonly string[] | undefined;
  readonly loss: Loss;
  readonly penalty: Penalty;
  readonly learningRate: LearningRate;
}

/** `async_sgd`: FTRL-Proximal, or AdaGrad and plain SGD. */
export interface OnlineConf extends Learned {
  readonly kind: 'online';
  readonly algorithm: 'FTRL' | 'ADAGRAD' | 'SGD';
  readonly minibatch: number;
  readonly passes: number;
  /** Bytes of text to read ahead. */
  readonly readAhead: number;
  /** Seconds between two rows of the progress table. */
  readonly reportInterval: number;
  /** How many syncs a worker may be ahead of the slowest. */
  readonly maxDelay: number;
  readonly tail: TailFilter;
}

/** `darlin`: L1 logistic regression by block coordinate descent. */
export interface BatchConf extends Learned {
  readonly kind: 'batch';
  /** Blocks of a group for each of its non-zeros in a row; 0 makes one block of each group. */
  readonly featureBlockRatio: number;
  readonly randomBlockOrder: boolean;
  readonly maxBlockDelay: number;
  readonly maxPasses: number;
  readonly epsilon: number;
  readonly tail: TailFilter;
  readonly priorGroups: readonly number[];
  readonly priorGroupRounds: number;
  readonly initialWeights: InitialWeights;
  /** A snapshot of the model after every n passes; 0 for none. */
  readonly saveEveryPasses: number;
  /** Prefix of the files that hold parsed data; undefined if parsed data is not kept. */
  readonly localCache: string | undefined;
  readonly deltaInitial: number;
  readonly deltaMax: number;
  readonly kktThresholdRatio: number;
}

/** Neither learner: saved models are scored on the validation data. */
export interface EvaluationConf {
  readonly kind: 'evaluation';
  readonly validationData: DataConf;
  readonly modelInput: readonly string[];
  readonly loss: Loss;
}

/** A checked dmlc configuration with its defaults filled in. */
export type Conf = OnlineConf | BatchConf | EvaluationConf;
