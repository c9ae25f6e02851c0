import type { Split } from './split';

/** The fold in which row `row` (from 0) is a test row. */
export const foldOf = (row: number, folds: number): number => row % folds;

/** The training and test rows of one fold, of `rows` rows in all. */
export function foldSplit(rows: number, folds: number, fold: number): Split {
  const train: number[] = [];
  const test: number[] = [];
  for (let row = 0; row < rows; row++) (foldOf(row, folds) === fold ? test : train).push(row);
  return { train, test };
}
