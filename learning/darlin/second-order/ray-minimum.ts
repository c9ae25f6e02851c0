/** The function slope·t + ½·curvature·t² + λ‖start + t·direction‖₁ of t ≥ 0. */
export interface Ray {
  /** Nowhere 0. */
  readonly start: Float64Array;
  readonly direction: Float64Array;
  readonly slope: number;
  readonly curvature: number;
  readonly lambda: number;
}

/**
 * Where the function is least: it is convex, a parabola from each t where an element of start + t·direction is 0 to the
 * next.
 * @returns t, and the element that is 0 there if it is one of these places; t is 0 if there is no least one
 */
export function rayMinimum({ start, direction, slope, curvature, lambda }: Ray): {
  length: number;
  stop: number | undefined;
} {
  let slopeHere = slope;
  const zeros: { t: number; i: number }[] = [];
  for (const [i, value] of start.entries()) {
    slopeHere += lambda * Math.sign(value) * direction[i]!;
    const t = -value / direction[i]!;
    if (t > 0 && t < Number.POSITIVE_INFINITY) zeros.push({ t, i });
  }
  if (!(slopeHere < 0)) return { length: 0, stop: undefined };
  zeros.sort((a, b) => a.t - b.t);
  for (const { t, i } of zeros) {
    if (slopeHere + curvature * t >= 0) return { length: -slopeHere / curvature, stop: undefined };
    slopeHere += 2 * lambda * Math.abs(direction[i]!);
    if (slopeHere + curvature * t >= 0) return { length: t, stop: i };
  }
  return { length: curvature > 0 ? -slopeHere / curvature : 0, stop: undefined };
}
