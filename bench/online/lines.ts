import { quantileOf } from '../load/load';
import type { Lines } from '../options';
import type { Column } from '../table';

/** What all parts print into one table. */
export const columns: readonly Column[] = [
  { heading: 'what', align: 'left' },
  { heading: 'goal', align: 'right' },
  { heading: 'measured', align: 'right' },
  { heading: 'baseline', align: 'left' },
  { heading: 'of baseline', align: 'right' },
];

export interface Figure {
  readonly what: string;
  readonly goal?: string;
  readonly measured: string;
  /** What was measured in the same run to compare with, and how many times that the figure is. */
  readonly baseline?: { readonly what: string; readonly ratio: number };
}

export const lines = (figures: readonly Figure[]): Lines =>
  figures.map(({ what, goal = '', measured, baseline }) => [
    what,
    goal,
    measured,
    baseline?.what ?? '',
    baseline?.ratio.toFixed(2) ?? '',
  ]);

/** p50 and p99 of ascending milliseconds. */
export const milliseconds = (ascending: Float64Array): string =>
  [0.5, 0.99].map((quantile) => `${quantileOf(ascending, quantile).toFixed(2)} ms`).join(' / ');
