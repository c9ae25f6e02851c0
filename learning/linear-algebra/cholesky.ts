/**
 * Factorises a symmetric positive definite matrix A into LLᵀ, in place.
 *
 * Only the lower triangle is read; L takes its place, with 1/L_ii instead of L_ii on the diagonal, since whoever solves
 * multiplies sooner than it divides. Two rows meet two rows at a time: each number loaded is used twice.
 *
 * @param matrix row-major, size × size
 * @throws {RangeError} if the matrix is not positive definite
 */
export function factoriseCholesky(matrix: Float64Array, size: number): void {
  for (let i = 0; i < size; i += 2) {
    const a = i * size;
    // The last row of an odd number is worked out twice, in the same place.
    const b = i + 1 < size ? a + size : a;
    for (let j = 0; j < i; j += 2) {
      const c = j * size;
      const d = c + size;
      let ac = matrix[a + j]!;
      let ad = matrix[a + j + 1]!;
      let bc = matrix[b + j]!;
      let bd = matrix[b + j + 1]!;
      for (let p = 0; p < j; p++) {
        const x = matrix[a + p]!;
        const y = matrix[b + p]!;
        const u = matrix[c + p]!;
        const v = matrix[d + p]!;
        ac -= x * u;
        ad -= x * v;
        bc -= y * u;
        bd -= y * v;
      }
      const inverseC = matrix[c + j]!;
      const inverseD = matrix[d + j + 1]!;
      const below = matrix[d + j]!;
      ac *= inverseC;
      bc *= inverseC;
      matrix[a + j] = ac;
      matrix[b + j] = bc;
      matrix[a + j + 1] = (ad - ac * below) * inverseD;
      matrix[b + j + 1] = (bd - bc * below) * inverseD;
    }
    matrix[a + i] = inverseRoot(matrix[a + i]! - innerProduct(matrix, a, a, i));
    if (b === a) return;
    matrix[b + i] = (matrix[b + i]! - innerProduct(matrix, a, b, i)) * matrix[a + i]!;
    matrix[b + i + 1] = inverseRoot(matrix[b + i + 1]! - innerProduct(matrix, b, b, i + 1));
  }
}

/** Solves LLᵀx = b in place of b, with L as {@link factoriseCholesky} leaves it. */
export function solveCholesky(factor: Float64Array, size: number, b: Float64Array): void {
  solveLower(factor, size, b);
  for (let i = size - 1; i >= 0; i--) {
    const row = i * size;
    const x = b[i]! * factor[row + i]!;
    b[i] = x;
    for (let p = 0; p < i; p++) b[p]! -= factor[row + p]! * x;
  }
}

/** Solves Ly = b in place of b, with L as {@link factoriseCholesky} leaves it. */
export function solveLower(factor: Float64Array, size: number, b: Float64Array): void {
  for (let i = 0; i < size; i++) {
    const row = i * size;
    let sum = b[i]!;
    for (let p = 0; p < i; p++) sum -= factor[row + p]! * b[p]!;
    b[i] = sum * factor[row + i]!;
  }
}

function innerProduct(matrix: Float64Array, a: number, b: number, length: number): number {
  let sum = 0;
  for (let p = 0; p < length; p++) sum += matrix[a + p]! * matrix[b + p]!;
  return sum;
}

function inverseRoot(pivot: number): number {
  if (!(pivot > 0)) throw new RangeError('the matrix is not positive definite');
  return 1 / Math.sqrt(pivot);
}
