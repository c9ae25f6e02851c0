import type { PassReport } from '../../learning/darlin/darlin';
import { scientific } from '../output/scientific';

/** How long a pass took, in seconds. */
export interface PassTimes {
  /** Computing of the least and the most busy worker. */
  readonly least: number;
  readonly most: number;
  readonly total: number;
}

/** Where a batch training says what it does. */
export interface BatchProgress {
  /** A step of the preparation, or how it ended. */
  message(line: string): void;
  /** Before the first pass. */
  begin(): void;
  pass(report: PassReport, times: PassTimes): void;
}

const header = `\
     |        training        |  sparsity |      KKT filter     |    time (sec.)
iter |  objective    relative |     |w|_0 | threshold  #activet |(app:min max) total
 ----+------------------------+-----------+---------------------+-----------------`;

/** The table of the original parameter server. */
export const passTable = (print: (line: string) => void): BatchProgress => ({
  message: print,
  begin: () => print(header),
  pass: ({ pass, objective, relative, nonzeros, threshold, active }, { least, most, total }) =>
    print(
      [
        `${pad(pass, 4)} `,
        ` ${scientific(objective, 5)}  ${scientific(relative, 3)} `,
        `${pad(nonzeros, 10)} `,
        ` ${scientific(threshold, 1)} ${pad(active, 11)} `,
        [least, most, total].map((seconds) => pad(seconds.toFixed(1), 6)).join(''),
      ].join('|'),
    ),
});

/** An object for each pass; what is said beside them goes elsewhere. */
export const passObjects = (print: (line: string) => void, log: (line: string) => void): BatchProgress => ({
  message: log,
  begin: () => {},
  pass: ({ pass, objective, relative, nonzeros, threshold, active, gap }, { total }) =>
    print(
      JSON.stringify({ type: 'pass', iter: pass, objective, relative, nonzeros, threshold, active, gap, sec: total }),
    ),
});

const pad = (value: number | string, width: number): string => String(value).padStart(width);
