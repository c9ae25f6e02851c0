import { DataError } from '../data-error';
import type { BadLine, Minibatch } from './part';

/** How many bad lines are borne: a number, or a share of all lines. */
export type BadLineLimit = { readonly lines: number } | { readonly share: number };

/** One in a hundred. */
export const defaultBadLineLimit: BadLineLimit = { share: 0.01 };

/** From so many lines on a share is looked at before the end. */
const enoughLines = 1000;

/** How many bad lines are shown. */
const shown = 5;

/**
 * Reads `N` or `P%`, as on the command line.
 * @returns undefined if it is neither
 */
export function parseBadLineLimit(text: string): BadLineLimit | undefined {
  const [, number, percent] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  const value = Number(number);
  if (percent) return value <= 100 ? { share: value / 100 } : undefined;
  return Number.isSafeInteger(value) ? { lines: value } : undefined;
}

/** As `parseBadLineLimit` reads it. */
export const writeBadLineLimit = (limit: BadLineLimit): string =>
  // Twelve digits, so that 0.07 is 7% and not 7.000000000000001%.
  'lines' in limit ? String(limit.lines) : `${Number((limit.share * 100).toPrecision(12))}%`;

/** Counts the lines of a pass, good and bad, and says when too many are bad. */
export class BadLineCount {
  lines = 0;
  bad = 0;
  /** The first few bad lines. */
  readonly first: BadLine[] = [];

  constructor(private readonly limit: BadLineLimit = defaultBadLineLimit) {}

  /**
   * Counts the lines of a minibatch.
   * @throws {DataError} once too many lines are bad
   */
  add({ lines, bad }: Pick<Minibatch, 'lines' | 'bad'>): void {
    this.lines += lines;
    this.bad += bad.count;
    for (const line of bad.first) if (this.first.length < shown) this.first.push(line);
    if ('lines' in this.limit || this.lines >= enoughLines) this.refuseTooMany();
  }

  /**
   * Ends the count, when all lines have been read.
   * @throws {DataError} if too many lines are bad, or none is good
   */
  finish(): void {
    this.refuseTooMany();
    if (this.lines === this.bad) throw new DataError(`there is no good line in the data${this.examples()}`);
  }

  private refuseTooMany(): void {
    const most = 'lines' in this.limit ? this.limit.lines : this.limit.share * this.lines;
    if (this.bad <= most) return;
    const borne = writeBadLineLimit(this.limit);
    throw new DataError(
      `${this.bad} of ${this.lines} lines are bad, more than --max-bad-lines ${borne}${this.examples()}`,
    );
  }

  /** The first bad lines, each on a line of its own. */
  private examples(): string {
    return this.first.map((line) => `\n${describeBadLine(line)}`).join('');
  }
}

/** A bad line as users are told of it. */
export const describeBadLine = ({ file, line, reason }: BadLine): string => `${file}:${line}: ${reason}`;
