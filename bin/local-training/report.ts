import type { ProgressRow } from '../../training/distributed/progress-row';
import { onlineTableHead, onlineTableRow } from '../../training/output/online-table';
import type { Metrics } from '../../training/sparse-linear/score-sparse-linear';

/** Where a training says how it goes and how it ended. */
export interface Report {
  begin(): void;
  row(row: ProgressRow): void;
  message(line: string): void;
  warning(text: string): void;
  evaluation(metrics: Metrics): void;
  result(modelFiles: readonly string[], examplesPerSecond: number): void;
}

/** A report as a table, or as an object a line. */
export const reportTo = (json: boolean): Report => (json ? objects : table);

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const printObject = (type: string, fields: object): void => print(JSON.stringify({ type, ...fields }));
const log = (line: string): void => void process.stderr.write(`modelapp: ${line}\n`);

const table: Report = {
  begin: () => print(onlineTableHead),
  row: (row) => print(onlineTableRow(row)),
  message: print,
  warning: log,
  evaluation(metrics) {
    for (const [name, value] of Object.entries(metrics)) print(`${name}: ${value.toFixed(6)}`);
  },
  result: (modelFiles, speed) => {
    for (const file of modelFiles) print(`wrote ${file}`);
    print(`${Math.round(speed).toLocaleString('en-US')} examples/s`);
  },
};

/** JSON has no NaN: what is not defined becomes null. */
const objects: Report = {
  begin: () => {},
  row: (row) => printObject('progress', row),
  message: log,
  warning: (message) => printObject('warning', { message }),
  evaluation: (metrics) => printObject('evaluation', metrics),
  result: (modelFiles, examplesPerSecond) =>
    printObject('result', { status: 'done', exitCode: 0, modelFiles, examplesPerSecond }),
};
