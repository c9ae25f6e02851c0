import { type LearnerConfig, learnerOf } from '../../config/models/learner';
import { metricFault } from '../../config/models/metrics';
import { parameterSets, type TuneConfig } from '../../config/models/tuning';
import { formatVariant } from '../../config/models/variant';
import { requireWritable, writeAside } from '../../training/write-aside';
import { inContext, type OpenContext } from '../commands/context';
import { learnerConfigOf } from '../commands/models/configured-model';
import { CommandError, ExitCode } from '../failure';
import { InterruptedError, interruptible } from '../interruption';
import { type PlaceOptions, readSettings, type Settings } from '../settings';
import { type TuningReport, tuningReport } from './report';
import { type FinishedEvaluation, runEvaluation } from './run-evaluation';

export interface TuneOptions extends PlaceOptions {
  /** @default those of the model's section `tune` */
  readonly folds?: number;
  readonly metric?: string;
  /** Where the best parameters are written. */
  readonly output: string;
  readonly json?: boolean;
}

/** A tuning that is asked for, and fit to begin. */
interface Tuning {
  readonly model: string;
  readonly settings: Settings;
  readonly config: LearnerConfig;
  readonly tune: TuneConfig;
  readonly file: string;
  readonly report: TuningReport;
}

/**
 * Tries the sets of parameters in the section `tune` of a model, keeps the result in the database and writes the best.
 * @throws {CommandError} if the model has no such section, the metric does not fit, or all sets failed
 * @throws {ConfigError | DataError} with one line that says what to do
 */
export async function tuneModel(open: OpenContext, model: string, options: TuneOptions): Promise<void> {
  const settings = await readSettings(options);
  const config = learnerConfigOf(settings.config, model);
  const { folds, metric } = options;
  const tune = { ...tuneOf(model, config), ...(folds && { folds }), ...(metric !== undefined && { metric }) };
  if (metric !== undefined) checkMetric(metric, config);
  await requireWritable(options.output);
  const report = tuningReport(options.json === true);
  const tuning: Tuning = { model, settings, config, tune, file: options.output, report };
  await finish(tuning, await search(open, tuning));
}

async function search(open: OpenContext, tuning: Tuning): Promise<FinishedEvaluation> {
  const { model, settings, config, tune, report } = tuning;
  const sets = parameterSets(tune);
  try {
    return await interruptible((signal) =>
      inContext(open, settings, (context) =>
        runEvaluation(context, {
          model,
          kind: 'tune',
          config,
          sets,
          folds: tune.folds,
          metric: tune.metric,
          onNotice: report.notice,
          onFold: report.fold,
          onSet: (place, result, by) => report.set(place, sets.length, result, by),
          signal,
        }),
      ),
    );
  } catch (error) {
    const { exitCode = ExitCode.failed } = error as Partial<CommandError>;
    report.failure({ model, status: error instanceof InterruptedError ? 'stopped' : 'failed', exitCode });
    throw error;
  }
}

/** What took so long is shown even if it cannot be written. */
async function finish({ model, config, file, report }: Tuning, found: FinishedEvaluation): Promise<void> {
  const { best, results, finishedAt } = found;
  const result = { ...found, model };
  if (best === undefined) {
    report.result(result, { exitCode: ExitCode.failed });
    const which = results.length === 1 ? 'the one set' : `all ${results.length} sets`;
    throw new CommandError(`${model}: ${which} of parameters failed; nothing was written`);
  }
  try {
    await writeAside(file, [Buffer.from(formatVariant(model, config, results[best]!.set, finishedAt))]);
  } catch (error) {
    report.result(result, { exitCode: ExitCode.noAccess });
    const { message } = error as Error;
    throw new CommandError(
      `${message}; the result is in the database: modelapp variant promote ${model}`,
      ExitCode.noAccess,
    );
  }
  report.result(result, { file });
}

function tuneOf(model: string, { tune }: LearnerConfig): TuneConfig {
  if (tune) return tune;
  throw new CommandError(
    `models.${model}.tune: says what to try, and is missing; write tune: { grid: { lambda: [0.1, 1] } }`,
    ExitCode.usage,
  );
}

function checkMetric(metric: string, config: LearnerConfig): void {
  const fault = metricFault(learnerOf(config), metric);
  if (fault !== undefined) throw new CommandError(`--metric: ${fault}`, ExitCode.usage);
}
