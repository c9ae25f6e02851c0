import type { Keys } from '../sparse/keys';

/**
 * What a worker of DARLIN does: it holds rows, and answers sums over them. What is decided from the sums is the
 * scheduler's part (`Darlin`). Messages and answers are numbers and typed arrays, so that they can travel; answers of
 * several workers add up (`WorkerGroup`). Calls are answered in the order in which they are made.
 *
 * Features are numbered as `arrange` says. A weight that a worker knows of is only in its margins.
 */
export interface BatchWorker {
  /** What is in the rows. */
  summarise(): Promise<Summary>;
  /** Numbers the features: key i of `keys` is feature i; features whose keys are not here are dropped. */
  arrange(keys: Keys): Promise<void>;
  /** Computes the margins from one weight a feature. */
  place(weights: Float64Array): Promise<void>;
  /** The loss, and its slope along every feature. */
  evaluate(): Promise<Evaluation>;
  /** Slope G and curvature U of some features; U holds for changes of up to `widths` of their weights. */
  slopes(features: Uint32Array, widths: Float64Array): Promise<Slopes>;
  /** Takes a change of the weights of some features for the next `tryShares` and `move`. */
  aim(features: Uint32Array, change: Float64Array): Promise<void>;
  /** By how much the loss would change, for each share of the change that is aimed at. */
  tryShares(shares: Float64Array): Promise<Float64Array>;
  /** Makes a share of the change that is aimed at. */
  move(share: number): Promise<void>;
  /**
   * XᵀDX of some features' columns, D = diag(min(τ(1 − τ)e^width, ¼)): its lower triangle, row after row. The model of
   * the loss that it makes is too low nowhere where no margin has changed by more than the width.
   */
  gram(features: Uint32Array, width: number): Promise<Float64Array>;
  /** The columns of some features, and D. */
  columns(features: Uint32Array, width: number): Promise<WeightedColumns>;
  /** −Σ[θ ln θ + (1 − θ) ln(1 − θ)] at θ = scale·τ. */
  dual(scale: number): Promise<number>;
}

/** What a worker can be asked or told, as values that can travel. */
export type Method = keyof BatchWorker;
export type Arguments<M extends Method> = Parameters<BatchWorker[M]>;
export type Answer<M extends Method> = Awaited<ReturnType<BatchWorker[M]>>;

/** Calls a method of a worker by its name. */
export function call<M extends Method>(worker: BatchWorker, method: M, args: Arguments<M>): Promise<Answer<M>> {
  // The compiler does not see that the method of a name takes the arguments of that name.
  const named = worker[method].bind(worker) as unknown as (...args: Arguments<M>) => Promise<Answer<M>>;
  return named(...args);
}

export interface Summary {
  /** Rows, each counted once. */
  readonly examples: number;
  readonly keys: Keys;
  /** In how many rows each key is. */
  readonly counts: Float64Array;
  /** The lowest group of each key. */
  readonly groups: Uint16Array;
}

export interface Evaluation {
  readonly loss: number;
  readonly slopes: Float64Array;
}

export interface Slopes {
  /** G = Σ −yτx. */
  readonly slopes: Float64Array;
  /** U = Σ min(τ(1 − τ)e^(|x|·width), ¼)x². */
  readonly curvatures: Float64Array;
}

/** Columns of a sparse matrix: column j has the entries from `offsets[j]` to `offsets[j + 1]`. */
export interface Columns {
  readonly offsets: Uint32Array;
  readonly rows: Uint32Array;
  /** Undefined if all are 1. */
  readonly values: Float64Array | undefined;
}

export interface WeightedColumns {
  readonly columns: Columns;
  /** D, a number for each row. */
  readonly weights: Float64Array;
}
