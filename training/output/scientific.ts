/**
 * A number as C's `%.<digits>e` writes it, with an exponent of at least two digits: 1.0e+20, 3.4e-05; `inf`, `nan`.
 * Tables of training look as those of the original parameter server.
 */
export function scientific(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return value.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2');
}
