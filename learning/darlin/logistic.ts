/**
 * The logistic loss log(1 + e^−a) of the signed margin a = y·m, and what is derived from it, each written so that it
 * neither overflows nor cancels.
 */
export const logLoss = (a: number): number => Math.max(0, -a) + Math.log1p(Math.exp(-Math.abs(a)));

/** τ = 1/(1 + e^a), the probability of the other label; the derivative of the loss by m is −yτ. */
export const otherLabel = (a: number): number => 1 / (1 + Math.exp(a));

/** τ(1 − τ), the second derivative of the loss. */
export function bend(a: number): number {
  const e = Math.exp(-Math.abs(a));
  return e / (1 + e) ** 2;
}

/** logLoss(a + b) − logLoss(a), right to the last digits even if it is tiny beside the losses. */
export const lossChange = (a: number, b: number): number =>
  Math.abs(b) > 1 ? logLoss(a + b) - logLoss(a) : Math.log1p(Math.expm1(-b) * otherLabel(a));

/** −θ ln θ − (1 − θ) ln(1 − θ), for θ from 0 to 1. */
export const entropy = (theta: number): number =>
  theta <= 0 || theta >= 1 ? 0 : -theta * Math.log(theta) - (1 - theta) * Math.log1p(-theta);
