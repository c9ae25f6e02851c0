/** Some rows of a matrix: those that `indices` names from `start` to before `end`. */
export interface SelectedRows {
  /** Row-major. */
  readonly rows: Float64Array;
  readonly indices: Uint32Array;
  readonly start: number;
  readonly end: number;
}

/**
 * Adds xxᵀ for each selected row x to the lower triangle of a matrix; what stands above the diagonal is undefined then.
 *
 * Alternating least squares spends its time here: four vectors meet two rows of the matrix at once, so that what is
 * loaded is used more than once.
 *
 * @param matrix row-major, size × size
 */
export function addOuterProducts(matrix: Float64Array, size: number, selected: SelectedRows): void {
  const { rows, indices, start, end } = selected;
  const even = size - (size % 2);
  const fours = end - ((end - start) % 4);
  for (let n = start; n < fours; n += 4) {
    const a = indices[n]! * size;
    const b = indices[n + 1]! * size;
    const c = indices[n + 2]! * size;
    const d = indices[n + 3]! * size;
    for (let i = 0; i < even; i += 2) {
      const upper = i * size;
      const lower = upper + size;
      const a0 = rows[a + i]!;
      const b0 = rows[b + i]!;
      const c0 = rows[c + i]!;
      const d0 = rows[d + i]!;
      const a1 = rows[a + i + 1]!;
      const b1 = rows[b + i + 1]!;
      const c1 = rows[c + i + 1]!;
      const d1 = rows[d + i + 1]!;
      for (let j = 0; j <= i + 1; j++) {
        const x = rows[a + j]!;
        const y = rows[b + j]!;
        const z = rows[c + j]!;
        const w = rows[d + j]!;
        matrix[upper + j]! += a0 * x + b0 * y + c0 * z + d0 * w;
        matrix[lower + j]! += a1 * x + b1 * y + c1 * z + d1 * w;
      }
    }
    if (even < size) for (const row of [a, b, c, d]) addToLastRow(matrix, size, rows, row);
  }
  for (let n = fours; n < end; n++) {
    const row = indices[n]! * size;
    addOuterProduct(matrix, size, rows.subarray(row, row + size), 1);
  }
}

function addToLastRow(matrix: Float64Array, size: number, rows: Float64Array, row: number): void {
  const last = (size - 1) * size;
  const factor = rows[row + size - 1]!;
  for (let j = 0; j < size; j++) matrix[last + j]! += factor * rows[row + j]!;
}

/** Adds factor · xxᵀ to the lower triangle of a matrix. */
export function addOuterProduct(matrix: Float64Array, size: number, x: Float64Array, factor: number): void {
  for (let i = 0; i < size; i++) {
    const row = i * size;
    const scaled = factor * x[i]!;
    for (let j = 0; j <= i; j++) matrix[row + j]! += scaled * x[j]!;
  }
}
