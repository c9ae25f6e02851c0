/** Solves Ax = b by elimination with pivots: another way than any that is tested with it. */
export function solveByElimination(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    const pivot = rows.reduce(
      (best, row, i) => (i >= column && Math.abs(row[column]!) > Math.abs(rows[best]![column]!) ? i : best),
      column,
    );
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    for (let i = column + 1; i < size; i++) {
      const factor = rows[i]![column]! / rows[column]![column]!;
      for (let j = column; j <= size; j++) rows[i]![j]! -= factor * rows[column]![j]!;
    }
  }
  const solution = new Array<number>(size).fill(0);
  for (let i = size - 1; i >= 0; i--) {
    const known = solution.reduce((sum, x, j) => (j > i ? sum + rows[i]![j]! * x : sum), 0);
    solution[i] = (rows[i]![size]! - known) / rows[i]![i]!;
  }
  return solution;
}

/** Σ xxᵀ + ridge · I, by its definition. */
export function normalMatrix(vectors: readonly (readonly number[])[], size: number, ridge: number): number[][] {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => vectors.reduce((sum, x) => sum + x[i]! * x[j]!, i === j ? ridge : 0)),
  );
}

/** Largest difference, relative to the largest number. */
export function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs), Number.MIN_VALUE);
  return Math.max(0, ...expected.map((x, i) => Math.abs(actual[i]! - x))) / scale;
}
