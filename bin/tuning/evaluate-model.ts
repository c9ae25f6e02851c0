import { defaultFolds } from '../../config/models/tuning';
import type { OnnxConfig } from '../../config/schema';
import { Variants } from '../../service/models/variants';
import { evaluateOnnx } from '../../training/onnx/evaluate-onnx';
import { inContext, type OpenContext } from '../commands/context';
import { configuredModel, learnerConfigOf } from '../commands/models/configured-model';
import { CommandError, ExitCode } from '../failure';
import { reported, reportTo } from '../local-training/report';
import { type PlaceOptions, readSettings, type Settings } from '../settings';
import { runEvaluation } from './run-evaluation';

export interface EvaluateModelOptions extends PlaceOptions {
  /** @default those of the model's section `tune`, or 5 */
  readonly folds?: number;
  readonly json?: boolean;
}

/**
 * Says how good the parameters of a model are that its next training would take, by cross-validation over its source; or
 * how good an ONNX file is on all of it.
 * @throws {CommandError | ConfigError | DataError} with one line that says what to do
 */
export async function evaluateModel(open: OpenContext, model: string, options: EvaluateModelOptions): Promise<void> {
  const settings = await readSettings(options);
  const configured = configuredModel(settings.config, model);
  if (configured.algorithm === 'onnx') {
    await evaluateFile(open, settings, model, configured, options);
    return;
  }
  const config = learnerConfigOf(settings.config, model);
  const folds = options.folds ?? config.tune?.folds ?? defaultFolds;
  await reported(reportTo(options.json === true), ({ report, signal }) =>
    inContext(open, settings, async (context) => {
      const promoted = await new Variants(context.pool, context.version).find(model);
      const sets = [promoted?.parameters ?? {}];
      const hears = { onNotice: report.warning, onFold: report.fold };
      const run = { model, kind: 'evaluate', config, sets, folds, signal, ...hears } as const;
      const { rows, results } = await runEvaluation(context, run);
      const result = results[0]!;
      if ('error' in result) throw new CommandError(result.error, result.exitCode);
      report.message(`${model}: ${folds} folds of ${rows} rows`);
      report.evaluation({ examples: rows, badLines: 0, metrics: result.metrics });
      return {};
    }),
  );
}

async function evaluateFile(
  open: OpenContext,
  settings: Settings,
  model: string,
  config: OnnxConfig,
  { folds, json }: EvaluateModelOptions,
): Promise<void> {
  if (folds !== undefined) {
    throw new CommandError(
      `--folds: ${config.file} is trained already, and is scored on all rows at once`,
      ExitCode.usage,
    );
  }
  await reported(reportTo(json === true), ({ report, signal }) =>
    inContext(open, settings, async ({ directory, pool, version }) => {
      const places = { directory, pool, version, onNotice: report.warning };
      const { rows, metrics } = await evaluateOnnx(model, config, places, signal);
      report.message(`${model}: ${config.file} on ${rows} rows`);
      report.evaluation({ examples: rows, badLines: 0, metrics });
      return {};
    }),
  );
}
