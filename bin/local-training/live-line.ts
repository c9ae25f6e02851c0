import type { WriteStream } from 'node:tty';
import type { OnlinePosition } from '../../training/online/train-online';

/** Between two lines, in milliseconds. */
const period = 200;

/** The last line of a terminal, which says how far a training is until the next row takes its place. */
export class LiveLine {
  private readonly began = performance.now();
  private shownAt = Number.NEGATIVE_INFINITY;
  private isShown = false;

  constructor(private readonly terminal: WriteStream) {}

  /** @param lineAfter makes the line of the seconds since the beginning */
  show(lineAfter: (sec: number) => string): void {
    const now = performance.now();
    if (!this.terminal.isTTY || now - this.shownAt < period) return;
    const line = lineAfter((now - this.began) / 1000).slice(0, this.terminal.columns - 1);
    this.terminal.write(`\r\u001b[2K${line}`);
    this.shownAt = now;
    this.isShown = true;
  }

  /** Makes room for another line. */
  clear(): void {
    if (this.isShown) this.terminal.write('\r\u001b[2K');
    this.isShown = false;
  }
}

/** Where a training is, how fast it is, and how much time is left if it goes on so. */
export function positionLine(
  { pass, passes, parts, partsOfPass, share, examples }: OnlinePosition,
  sec: number,
): string {
  const left = timeLeft((pass + share) / passes, sec);
  const speed = `${Math.round(examples / Math.max(sec, 0.001)).toLocaleString('en-US')} examples/s`;
  return `pass ${pass + 1} of ${passes}, part ${Math.min(parts + 1, partsOfPass)} of ${partsOfPass}, ${speed}, ${left}`;
}

/** How many trainings of a cross-validation are done. */
export const foldLine = (done: number, of: number, sec: number): string =>
  `fold ${done} of ${of}, ${timeLeft(done / of, sec)}`;

/** @param done share of the work, from 0 to 1 */
export const timeLeft = (done: number, sec: number): string =>
  done > 0 ? `${Math.ceil((sec * (1 - done)) / done)} s left` : 'time left unknown';
