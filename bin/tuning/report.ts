import { describeParameters } from '../../config/models/parameters';
import type { SetResult } from '../../training/cross-validation/cross-validate';
import { scoreOfSet } from '../../training/cross-validation/score';
import { foldLine, LiveLine } from '../local-training/live-line';
import { table } from '../output';
import { asEvaluatedSet } from './run-evaluation';

/** What came of a tuning. */
export interface TuningResult {
  readonly model: string;
  readonly metric: string;
  readonly results: readonly SetResult[];
  /** Place of the best; undefined if all failed. */
  readonly best: number | undefined;
}

/** Where the best parameters are, or why they are in no file. */
export type TuningEnd = { readonly file: string } | { readonly exitCode: number };

/** A tuning that has no result. */
export interface TuningFailure {
  readonly model: string;
  readonly status: 'failed' | 'stopped';
  readonly exitCode: number;
}

/** Where a tuning says how it goes. */
export interface TuningReport {
  notice(line: string): void;
  fold(done: number, of: number): void;
  /** A set that is done, of so many. */
  set(place: number, of: number, result: SetResult, metric: string): void;
  /** @param end the file that the best parameters were written to; the exit code if there is none */
  result(result: TuningResult, end: TuningEnd): void;
  /** That it ended without a result. */
  failure(failure: TuningFailure): void;
}

export const tuningReport = (json: boolean): TuningReport => (json ? objects : plainReport());

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function plainReport(): TuningReport {
  const live = new LiveLine(process.stdout);
  const printed = (line: string): void => {
    live.clear();
    print(line);
  };
  return {
    notice: printed,
    fold: (done, of) => live.show((sec) => foldLine(done, of, sec)),
    set: (place, of, result, metric) =>
      printed(
        `set ${place + 1} of ${of}: ${describeParameters(result.set)}: ${outcomeOf(result, metric)}, ${secondsOf(result)}`,
      ),
    result({ model, metric, results, best }, end) {
      printed('');
      print(resultTable(results, metric));
      if (best === undefined) return;
      print(`\nbest: set ${best + 1}: ${describeParameters(results[best]!.set)}`);
      if ('file' in end) print(`wrote ${end.file}; to use it: modelapp train ${model} --variant ${end.file}`);
    },
    failure: () => live.clear(),
  };
}

function resultTable(results: readonly SetResult[], metric: string): string {
  const names = [...new Set(results.flatMap(({ set }) => Object.keys(set)))];
  return table([
    ['set', ...names, metric, 'time'],
    ...results.map((result, place) => [
      String(place + 1),
      ...names.map((name) => String(result.set[name] ?? '-')),
      scoreOfSet(result, metric)?.toFixed(6) ?? 'failed',
      secondsOf(result),
    ]),
  ]);
}

function outcomeOf(result: SetResult, metric: string): string {
  if ('error' in result) return `failed, ${result.error}`;
  const score = scoreOfSet(result, metric);
  return score === undefined ? `failed, ${metric} is not defined` : `${metric} ${score.toFixed(6)}`;
}

const secondsOf = ({ seconds }: SetResult): string => `${seconds.toFixed(1)} s`;

const printObject = (type: string, fields: object): void => print(JSON.stringify({ type, ...fields }));

const objects: TuningReport = {
  notice: (message) => printObject('notice', { message }),
  fold: (folds, of) => printObject('progress', { folds, of }),
  set: (place, of, result) => printObject('set', { set: place + 1, of, ...asEvaluatedSet(result) }),
  result: ({ model, metric, results, best }, end) =>
    printObject('result', {
      status: 'file' in end ? 'done' : 'failed',
      exitCode: 'file' in end ? 0 : end.exitCode,
      model,
      metric,
      best:
        best === undefined
          ? null
          : { set: best + 1, parameters: results[best]!.set, score: scoreOfSet(results[best]!, metric) },
      file: 'file' in end ? end.file : null,
    }),
  failure: ({ status, exitCode, model }) => printObject('result', { status, exitCode, model }),
};
