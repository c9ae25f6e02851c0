import { BadLineFault } from './bad-line';
import type { LineScanner } from './line-scanner';

/**
 * Reads the label of LIBSVM and VW: 1 is +1, 0 and -1 are -1.
 * @param anyNumber whether any number is a label, as for the squared loss
 */
export function readLabel(scanner: LineScanner, anyNumber: boolean): number {
  const start = scanner.at;
  const label = scanner.readNumber('label');
  if (anyNumber) return label;
  if (label === 1) return 1;
  if (label === 0 || label === -1) return -1;
  throw new BadLineFault(`label ${scanner.excerptFrom(start)} is not 1, 0 or -1; other labels need the loss SQUARE`);
}
