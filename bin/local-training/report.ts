import { type BatchProgress, passObjects, passTable } from '../../training/darlin/pass-table';
import type { Evaluation } from '../../training/evaluation/evaluate';
import type { ProgressRow } from '../../training/online/progress-row';
import type { OnlinePosition } from '../../training/online/train-online';
import { onlineTableHead, onlineTableObject, onlineTableRow } from '../../training/output/online-table';
import { type CommandError, ExitCode } from '../failure';
import { InterruptedError, interruptible } from '../interruption';
import { foldLine, LiveLine, positionLine } from './live-line';

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
  row(row: ProgressRow): void;
  /** How far an online training is, between the rows. */
  position(position: OnlinePosition): void;
  /** How many trainings of a cross-validation are done. */
  fold(done: number, of: number): void;
  /** What a batch training says. */
  readonly batch: BatchProgress;
  message(line: string): void;
  warning(text: string): void;
  evaluation(evaluation: Evaluation): void;
  result(result: TrainingResult): void;
}

/** What work on a configuration says how it goes with, and what ends it early. */
export interface Run {
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Notes model files, which are there even if what comes after them fails. */
  wrote(files: readonly string[]): void;
}

/**
 * Does work that a signal may end, and says how it ended, in whatever way it does.
 * @param work gives back how fast it was, if that says something
 */
export async function reported(
  report: Report,
  work: (run: Run) => Promise<Pick<TrainingResult, 'examplesPerSecond'>>,
): Promise<void> {
  const modelFiles: string[] = [];
  const wrote = (files: readonly string[]): void => void modelFiles.push(...files);
  try {
    const speed = await interruptible((signal) => work({ report, signal, wrote }));
    report.result({ status: 'done', exitCode: 0, modelFiles, ...speed });
  } catch (error) {
    const { exitCode = ExitCode.failed } = error as Partial<CommandError>;
    report.result({ status: error instanceof InterruptedError ? 'stopped' : 'failed', exitCode, modelFiles });
    throw error;
  }
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
  let hasHead = false;
  return {
    row(row) {
      // Not before: a training that cannot begin has no table.
      if (!hasHead) printed(onlineTableHead);
      hasHead = true;
      printed(onlineTableRow(row));
    },
    position: (position) => live.show((sec) => positionLine(position, sec)),
    fold: (done, of) => live.show((sec) => foldLine(done, of, sec)),
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
    result({ modelFiles, examplesPerSecond }) {
      live.clear();
      for (const file of modelFiles) print(`wrote ${file}`);
      if (examplesPerSecond !== undefined) print(`${Math.round(examplesPerSecond).toLocaleString('en-US')} examples/s`);
    },
  };
}

/** JSON has no NaN: what is not defined becomes null. */
const objects: Report = {
  row: (row) => print(onlineTableObject(row)),
  position: () => {},
  fold: (folds, of) => printObject('progress', { folds, of }),
  batch: passObjects(print, log),
  message: log,
  warning: (message) => printObject('warning', { message }),
  evaluation: ({ examples, badLines, metrics }) => printObject('evaluation', { examples, badLines, ...metrics }),
  result: ({ examplesPerSecond = null, ...result }) => printObject('result', { ...result, examplesPerSecond }),
};
