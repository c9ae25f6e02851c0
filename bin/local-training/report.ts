import { type BatchProgress, passObjects, passTable } from '../../training/darlin/pass-table';
import type { Evaluation } from '../../training/evaluation/evaluate';
import type { ProgressRow } from '../../training/online/progress-row';
import type { OnlinePosition } from '../../training/online/train-online';
import { onlineTableHead, onlineTableObject, onlineTableRow } from '../../training/output/online-table';
import { LiveLine } from './live-line';

/** How a training ended. */
export interface TrainingResult {
  readonly status: 'done' | 'failed' | 'stopped';
  readonly exitCode: number;
  readonly modelFiles: readonly string[];
  /** Undefined if that says nothing. */
  readonly examplesPerSecond?: number | undefined;
}

/** Where a training says how it goes and how it ended. */
export interface Report {
  /** Before the first row of an online training. */
  begin(): void;
  row(row: ProgressRow): void;
  /** How far an online training is, between the rows. */
  position(position: OnlinePosition): void;
  /** What a batch training says. */
  readonly batch: BatchProgress;
  message(line: string): void;
  warning(text: string): void;
  evaluation(evaluation: Evaluation): void;
  result(result: TrainingResult): void;
}

/** A report as a table, or as an object a line. */
export const reportTo = (json: boolean): Report => (json ? objects : tableReport());

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const printObject = (type: string, fields: object): void => print(JSON.stringify({ type, ...fields }));
const log = (line: string): void => void process.stderr.write(`modelapp: ${line}\n`);

function tableReport(): Report {
  const live = new LiveLine(process.stdout);
  const printed = (line: string): void => {
    live.clear();
    print(line);
  };
  return {
    begin: () => printed(onlineTableHead),
    row: (row) => printed(onlineTableRow(row)),
    position: (position) => live.show(position),
    batch: passTable(printed),
    message: printed,
    warning(text) {
      live.clear();
      log(text);
    },
    evaluation({ metrics }) {
      for (const [name, value] of Object.entries(metrics)) {
        printed(`${name}: ${Number.isNaN(value) ? 'nan' : value.toFixed(6)}`);
      }
    },
    result({ status, modelFiles, examplesPerSecond }) {
      live.clear();
      if (status !== 'done') return;
      for (const file of modelFiles) print(`wrote ${file}`);
      if (examplesPerSecond !== undefined) print(`${Math.round(examplesPerSecond).toLocaleString('en-US')} examples/s`);
    },
  };
}

/** JSON has no NaN: what is not defined becomes null. */
const objects: Report = {
  begin: () => {},
  row: (row) => print(onlineTableObject(row)),
  position: () => {},
  batch: passObjects(print, log),
  message: log,
  warning: (message) => printObject('warning', { message }),
  evaluation: ({ examples, badLines, metrics }) => printObject('evaluation', { examples, badLines, ...metrics }),
  result: ({ examplesPerSecond = null, ...result }) => printObject('result', { ...result, examplesPerSecond }),
};
