/** A column's heading, and on which side its cells stand. */
export interface Column {
  readonly heading: string;
  readonly align: 'left' | 'right';
}

/** A Markdown table, its columns aligned so that it reads well as plain text. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ heading }, i) => Math.max(heading.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => pad(cell, widths[i] as number, columns[i]?.align)).join(' | ')} |`;
  const rule = columns.map(({ align }, i) => {
    const dashes = '-'.repeat((widths[i] as number) - 1);
    return align === 'right' ? `${dashes}:` : `-${dashes}`;
  });
  return [line(columns.map(({ heading }) => heading)), line(rule), ...rows.map(line)].join('\n');
}

const pad = (text: string, width: number, align: Column['align'] | undefined): string =>
  align === 'right' ? text.padStart(width) : text.padEnd(width);

/** 12345.6 as `12,346`. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

/** The middle one of the values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b);
  const middle = (ascending.length - 1) / 2;
  return ((ascending[Math.floor(middle)] as number) + (ascending[Math.ceil(middle)] as number)) / 2;
}
