import type { DesignMatrix } from '../features/feature-encoding';

/**
 * A change of variables that makes a linear model quick to fit and leaves its optimum where it is.
 *
 * The optimiser works on z = (x − centre)·scale with weights V and intercepts c; W = scale·V and b = c − centre·W are
 * the model on x. Features of any unit and offset then bend the objective about equally.
 */
export interface Conditioning {
  /** Mean of each column that has an entry in every row; 0 for the others, which stay sparse. */
  readonly centre: Float64Array;
  readonly scale: Float64Array;
}

/**
 * Chooses the scales so that the Hessian of softmax regression at zero, h·Σz² + λ·scale² per column, has the diagonal
 * h·rows throughout; h is p(1 − p) at p = 1 / classes.
 */
export function conditionDesign(design: DesignMatrix, width: number, classes: number, lambda: number): Conditioning {
  const { rows, columns, values } = design;
  const counts = new Float64Array(width);
  const sums = new Float64Array(width);
  for (const [entry, column] of columns.entries()) {
    counts[column]! += 1;
    sums[column]! += values[entry]!;
  }
  const centre = sums.map((sum, column) => (counts[column] === rows ? sum / rows : 0));

  const squares = new Float64Array(width);
  for (const [entry, column] of columns.entries()) squares[column]! += (values[entry]! - centre[column]!) ** 2;
  const bend = (classes - 1) / classes ** 2;
  const scale = squares.map((sum) => {
    const diagonal = bend * sum + lambda;
    return diagonal > 0 ? Math.sqrt((bend * rows) / diagonal) : 1;
  });
  return { centre, scale };
}

/** The design matrix in the optimiser's variables. */
export function applyConditioning(design: DesignMatrix, { centre, scale }: Conditioning): DesignMatrix {
  const { columns, values } = design;
  return {
    ...design,
    values: values.map((x, entry) => (x - centre[columns[entry]!]!) * scale[columns[entry]!]!),
  };
}
