import { dot } from '../../linear-algebra/dot';

/** The square of the residual, in the norm of the preconditioner, has to fall to this share. */
const enough = 1e-12;
/** Added to the diagonal, as a share of it: collinear columns make the matrix singular. */
const ridge = 1e-12;
/** Below this, products are about to lose their digits, and then to be 0. */
const smallest = 1e-290;

/**
 * Solves Hx = b for a positive semidefinite H by conjugate gradients, preconditioned by H's diagonal. The answer may be
 * rough; it is always a direction in which ½xᵀHx − b·x falls.
 * @param multiply Hv
 */
export function conjugateGradients(
  multiply: (v: Float64Array) => Float64Array,
  b: Float64Array,
  diagonal: Float64Array,
  maxSteps: number,
): Float64Array {
  const x = new Float64Array(b.length);
  const residual = b.slice();
  const scaled = residual.map((value, i) => value / diagonal[i]!);
  const direction = scaled.slice();
  let size = dot(residual, scaled);
  const goal = enough * size;
  for (let step = 0; step < Math.min(b.length, maxSteps) && size > goal; step++) {
    const product = multiply(direction);
    for (let i = 0; i < product.length; i++) product[i]! += ridge * diagonal[i]! * direction[i]!;
    const curvature = dot(direction, product);
    if (!(curvature > smallest)) break;
    const length = size / curvature;
    for (let i = 0; i < x.length; i++) {
      x[i]! += length * direction[i]!;
      residual[i]! -= length * product[i]!;
      scaled[i] = residual[i]! / diagonal[i]!;
    }
    const nextSize = dot(residual, scaled);
    for (let i = 0; i < x.length; i++) direction[i] = scaled[i]! + (nextSize / size) * direction[i]!;
    size = nextSize;
  }
  return x;
}
