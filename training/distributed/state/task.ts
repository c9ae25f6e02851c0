/** A part of a pass that a worker has. */
export interface Task {
  /** The queue's name for it. */
  readonly entry: string;
  /** Position of the part in the job's plan. */
  readonly part: number;
  /** From 0. */
  readonly pass: number;
  /** How much of the part is done, as its minibatches tell; undefined if nothing is. */
  readonly offset: number | undefined;
}

/** A part that ends the workers that train on it. */
export interface DeadlyTask {
  readonly deadly: true;
  readonly part: number;
}

/** How many workers may die of a part. */
export const mostDeaths = 3;

/** How a job names a part of a pass. */
export const taskName = ({ part, pass }: Pick<Task, 'part' | 'pass'>): string => `${pass}:${part}`;
