/** The change d of a weight w that minimises slope·d + ½·curvature·d² + λ|w + d|, for a positive curvature. */
export function bestChange(slope: number, curvature: number, weight: number, lambda: number): number {
  if (slope + lambda <= curvature * weight) return -(slope + lambda) / curvature;
  if (slope - lambda >= curvature * weight) return -(slope - lambda) / curvature;
  return -weight;
}

/** By how much the slope of the loss along a weight violates the condition of the optimum (Karush, Kuhn, Tucker). */
export const violation = (slope: number, weight: number, lambda: number): number =>
  weight === 0 ? Math.max(0, Math.abs(slope) - lambda) : Math.abs(slope + Math.sign(weight) * lambda);
