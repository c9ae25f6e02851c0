import { factoriseCholesky, solveCholesky } from '../../linear-algebra/cholesky';
import { addOuterProducts } from '../../linear-algebra/outer-products';
import { type Interactions, rowCount } from '../interactions/interactions';

/** What the solution of a row minimises beside the squared errors of its entries. */
export interface Penalty {
  /** Weight of |x|² for each entry of the row. */
  readonly perEntry: number;
  /** Weight of |x|² whatever the row. */
  readonly constant: number;
  /** Weight of the squared product with each column's vector, also of columns that the row has no entry for. */
  readonly unseen: number;
}

/** Least squares for the vectors of all rows, the vectors of all columns given. */
export interface RowEquations {
  readonly interactions: Interactions;
  /** Row-major, columns × rank. */
  readonly fixed: Float64Array;
  readonly rank: number;
  readonly penalty: Penalty;
}

/**
 * Solves (Σ qqᵀ + unseen · Σ_all qqᵀ + (perEntry · n + constant) · I) x = Σ value · q for rows from `start` to before
 * `end`, where q are the vectors of the columns of a row's n entries. A row without entries becomes zero.
 *
 * A row depends on no other one, so any division of the rows into ranges gives the same numbers.
 *
 * @param solved row-major, rows × rank; only the rows of the range are written to
 */
export function solveRows(
  { interactions, fixed, rank, penalty }: RowEquations,
  solved: Float64Array,
  start = 0,
  end = rowCount(interactions),
): void {
  const { width, offsets, columns, values } = interactions;
  const everywhere = penalty.unseen === 0 ? undefined : gramMatrix(fixed, width, rank, penalty.unseen);
  const matrix = new Float64Array(rank * rank);
  for (let row = start; row < end; row++) {
    const x = solved.subarray(row * rank, (row + 1) * rank);
    x.fill(0);
    const [first, last] = [offsets[row]!, offsets[row + 1]!];
    if (first === last) continue;

    if (everywhere) matrix.set(everywhere);
    else matrix.fill(0);
    addOuterProducts(matrix, rank, { rows: fixed, indices: columns, start: first, end: last });
    const ridge = penalty.perEntry * (last - first) + penalty.constant;
    for (let i = 0; i < rank; i++) matrix[i * rank + i]! += ridge;

    for (let entry = first; entry < last; entry++) {
      const q = columns[entry]! * rank;
      const value = values[entry]!;
      for (let i = 0; i < rank; i++) x[i]! += value * fixed[q + i]!;
    }
    factoriseCholesky(matrix, rank);
    solveCholesky(matrix, rank, x);
  }
}

/** weight · Σ qqᵀ over the vectors of all columns. */
function gramMatrix(fixed: Float64Array, width: number, rank: number, weight: number): Float64Array {
  const gram = new Float64Array(rank * rank);
  const all = Uint32Array.from({ length: width }, (_, column) => column);
  addOuterProducts(gram, rank, { rows: fixed, indices: all, start: 0, end: width });
  return gram.map((sum) => weight * sum);
}
