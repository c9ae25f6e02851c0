import { Command } from 'commander';
import type { Config } from '../../config/schema';
import type { OptimiserState } from '../../learning/optimiser/lbfgs';
import type { Job, TrainingOptions } from '../../service/jobs/job';
import { thresholdsOf } from '../../service/jobs/trainer';
import { CommandError, ExitCode } from '../failure';
import { interruptible } from '../interruption';
import { type PlaceOptions, readSettings, withPlaceOptions } from '../settings';
import { type ConfTrainOptions, isConf, withConfTrainOptions } from './conf-train';
import { inContext, type OpenContext, openContext } from './context';
import type { RemoteTraining, RemoteTrainOptions } from './remote-train';
import { trainNow } from './training';

interface TrainOptions extends PlaceOptions, RemoteTrainOptions, ConfTrainOptions {
  readonly ifBetterThan?: number;
  readonly betterThanActive?: boolean;
  readonly activate: boolean;
  readonly json?: boolean;
}

/**
 * `modelapp train`: makes a new revision of a model, in this process. A service that runs takes it up by itself.
 * @param remote how jobs in AWS are asked for, where they can be
 * @param open where models are kept; the settings' place by default
 */
export function trainCommand(remote?: RemoteTraining, open: OpenContext = openContext): Command {
  const command = new Command('train')
    .description('train a model of the configuration into a new revision')
    .argument('[model]', 'name of the model, or file of a dmlc configuration')
    .option(
      '--if-better-than <score>',
      "keep it only with at least this test score (default: the model's minScore)",
      score,
    )
    .option('--better-than-active', 'keep it only if it beats the active revision on the same test data')
    .option('--no-activate', 'keep it without letting it serve')
    .option('--json', 'print one JSON object per line')
    .addHelpText(
      'after',
      '\nExamples:\n  modelapp train iris\n  modelapp train iris --if-better-than 0.95 --no-activate',
    );
  withPlaceOptions(command);
  withConfTrainOptions(command);
  remote?.describe(command);
  return command.action(async () => {
    const options = command.opts<TrainOptions>();
    const [model, ...words] = command.args;
    if (remote?.isAsked(options)) await remote.train(model, words, options);
    else if (model !== undefined && isConf(model)) {
      const { trainConf } = await import('../local-training/train-conf');
      await trainConf(model, options);
    } else await train(open, requireModel(model), options);
  });
}

function requireModel(model: string | undefined): string {
  if (model !== undefined) return model;
  throw new CommandError('name the model to train: modelapp train iris', ExitCode.usage);
}

async function train(open: OpenContext, model: string, options: TrainOptions): Promise<void> {
  const settings = await readSettings(options);
  const choices: TrainingOptions = {
    activate: options.activate,
    persistIfBetterThan: options.ifBetterThan,
    betterThanActive: options.betterThanActive,
  };
  checkChoices(settings.config, model, choices);
  const print = options.json ? jsonLines : plainRows;
  const job = await interruptible((signal) =>
    inContext(open, settings, (context) =>
      trainNow(context, {
        model,
        options: choices,
        onProgress: print.progress,
        onNotice: print.notice,
        signal,
      }),
    ),
  );
  print.result(job);
}

/** What is wrong with the command line is told before any database is started. */
function checkChoices(config: Config, model: string, choices: TrainingOptions): void {
  const modelConfig = configuredModel(config, model);
  try {
    thresholdsOf(model, modelConfig, choices);
  } catch (error) {
    throw new CommandError((error as Error).message, ExitCode.usage);
  }
}

/**
 * The configuration of a model.
 * @throws {CommandError} that lists the models, if there is none of that name
 */
export function configuredModel(config: Config, model: string): Config['models'][string] {
  const found = Object.hasOwn(config.models, model) ? config.models[model] : undefined;
  if (found) return found;
  throw new CommandError(
    `there is no model '${model}'; the configuration has ${Object.keys(config.models).join(', ')}`,
    ExitCode.usage,
  );
}

function score(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new CommandError(`--if-better-than: '${text}' is not a number; write a score like 0.95`, ExitCode.usage);
}

interface Report {
  progress(state: OptimiserState): void;
  notice(line: string): void;
  result(job: Job): void;
}

const jsonLines: Report = {
  progress: ({ iterations, value, gradientNorm }) =>
    printLine(JSON.stringify({ type: 'progress', iterations, objective: value, gradientNorm })),
  notice: (message) => printLine(JSON.stringify({ type: 'notice', message })),
  result: ({ jobId, model, revision, kept, activated, scores, reason }) =>
    printLine(JSON.stringify({ type: 'result', jobId, model, kept, revision, activated, scores, reason })),
};

const plainRows: Report = {
  progress({ iterations, value, gradientNorm }) {
    if (isShown(iterations)) {
      printLine(`step ${iterations}: objective ${value.toPrecision(6)}, gradient ${gradientNorm.toExponential(1)}`);
    }
  },
  notice: (line) => printLine(line),
  result({ model, kept, revision, activated, scores, reason }) {
    const test = scores?.test == null ? 'no test data' : `test score ${scores.test.toFixed(4)}`;
    printLine(`train score ${scores?.train.toFixed(4)}, ${test}`);
    if (!kept) printLine(`${model}: not kept, ${reason}`);
    else if (activated) printLine(`${model}: revision ${revision} is active`);
    else
      printLine(
        `${model}: revision ${revision} is kept; to let it serve: modelapp models activate ${model} ${revision}`,
      );
  },
};

/** 1, 2, 5, 10, 20, 50 …: enough to see that it moves, few enough to read. */
const isShown = (step: number): boolean => /^[125]0*$/.test(String(step));

const printLine = (line: string): void => void process.stdout.write(`${line}\n`);
