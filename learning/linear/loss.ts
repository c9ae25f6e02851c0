/** The losses of linear models, by their names in dmlc configurations. */
export const losses = ['SQUARE', 'LOGIT', 'HINGE', 'SQUARE_HINGE'] as const;
export type Loss = (typeof losses)[number];

/** A loss of the margin m = x·w and the label y, and its derivative by m. */
export interface LossFunction {
  value(margin: number, label: number): number;
  derivative(margin: number, label: number): number;
}

/** Labels are ±1, for SQUARE any number. The logistic loss is written so that it does not overflow. */
export const lossFunctions: Readonly<Record<Loss, LossFunction>> = {
  SQUARE: {
    value: (m, y) => (m - y) ** 2 / 2,
    derivative: (m, y) => m - y,
  },
  LOGIT: {
    value: (m, y) => Math.max(0, -y * m) + Math.log1p(Math.exp(-Math.abs(y * m))),
    derivative: (m, y) => -y / (1 + Math.exp(y * m)),
  },
  HINGE: {
    value: (m, y) => Math.max(0, 1 - y * m),
    derivative: (m, y) => (y * m < 1 ? -y : 0),
  },
  SQUARE_HINGE: {
    value: (m, y) => Math.max(0, 1 - y * m) ** 2,
    derivative: (m, y) => -2 * y * Math.max(0, 1 - y * m),
  },
};
