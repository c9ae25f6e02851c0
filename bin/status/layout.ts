import { table } from '../output';
import { type StackStatus, time } from './stack-status';

/** A part of a page: its name stands before its first line. */
export type Section = readonly [name: string, lines: readonly string[]];

/** What is wrong, in one line; `about` says with what. */
export interface PageProblem {
  readonly about: string;
  readonly text: string;
}

interface Page {
  readonly title: string;
  readonly problems: readonly PageProblem[];
  /** Of which one that is in progress is told where nothing is wrong. */
  readonly stacks: readonly StackStatus[];
  readonly sections: readonly Section[];
}

/** A page as a person reads it: first what is wrong, then everything. */
export const layout = ({ title, problems, stacks, sections }: Page): string =>
  [
    title,
    '',
    ...verdict(problems, stacks),
    '',
    ...sections.flatMap(([name, lines]) =>
      lines.map((line, index) => `${(index ? '' : name).padEnd(11)}${line}`.trimEnd()),
    ),
  ].join('\n');

function verdict(problems: readonly PageProblem[], stacks: readonly StackStatus[]): string[] {
  if (problems.length === 0) return [stacks.some(({ step }) => step) ? 'IN PROGRESS, no problem so far' : 'HEALTHY'];
  const rows = problems.map(({ about, text }) => [` ! ${about}`, text]);
  return [problems.length === 1 ? '1 PROBLEM' : `${problems.length} PROBLEMS`, ...table(rows).split('\n')];
}

/** The sections of a stack, and of those that it shares with others. */
export const stackSections = (
  { stack, shared }: { readonly stack: StackStatus; readonly shared: readonly StackStatus[] },
  now: Date,
): Section[] => [
  ['Stack', [stateLine(stack, now), ...(stack.step ? [`last step: ${stack.step}`] : [])]],
  [
    'Shared',
    lines(shared.map((each) => [each.name, stateLine(each, now), each.step ? `last step: ${each.step}` : ''])),
  ],
];

const stateLine = ({ state, since: changed }: StackStatus, now: Date): string =>
  `${state} since ${since(changed, now)}`;

/** The lines of a table without a heading. */
export const lines = (rows: readonly (readonly string[])[]): string[] =>
  rows.length > 0 ? table(rows).split('\n') : [];

/** `2026-01-02 03:04 UTC (2 h ago)` */
export const since = (date: Date, now: Date): string => `${time(date)} (${ago(date, now)})`;

const spans = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

/** `2 h ago`, in the largest unit that fits. */
export const ago = (date: Date, now: Date): string => `${spanOf(date, now)} ago`;

/** `2 h` from a time to another, in the largest unit that fits. */
export function spanOf(from: Date, to: Date): string {
  const seconds = Math.max(0, Math.round((to.getTime() - from.getTime()) / 1_000));
  const [length, unit] = spans.find(([span]) => seconds >= span) ?? [1, 's'];
  return `${Math.floor(seconds / length)} ${unit}`;
}
