import { Command } from 'commander';
import type { Config } from '../../../config/schema';
import type { OptimiserState } from '../../../learning/optimiser/lbfgs';
import type { Job, TrainingOptions } from '../../../service/jobs/job';
import { thresholdsOf } from '../../../service/jobs/trainer';
import { CommandError, ExitCode } from '../../failure';
import { interruptible } from '../../interruption';
import { type PlaceOptions, readSettings, withPlaceOptions } from '../../settings';
import { inContext, type OpenContext, openContext } from '../context';
import { configuredModel } from '../models/configured-model';
import { readVariant } from '../models/read-variant';
import { type ConfTrainOptions, isConf, withConfTrainOptions } from './conf-train';
import type { RemoteTraining, RemoteTrainOptions } from './remote-train';
import { scoreOption } from './score-option';
import { trainNow } from './training';

interface TrainOptions extends PlaceOptions, RemoteTrainOptions, ConfTrainOptions {
  readonly ifBetterThan?: number;
  readonly betterThanActive?: boolean;
  readonly activate: boolean;
  readonly variant?: string;
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
      scoreOption,
    )
    .option('--better-than-active', 'keep it only if it beats the active revision on the same test data')
    .option('--no-activate', 'keep it without letting it serve')
    .option('--variant <file>', 'take the parameters in this file, as modelapp tune writes it, this time')
    .option('--json', 'print one JSON object per line')
    .addHelpText(
      'after',
      '\nExamples:\n  modelapp train iris\n  modelapp train iris --if-better-than 0.95 --no-activate\n  modelapp train movies --variant best.json',
    );
  withPlaceOptions(command);
  withConfTrainOptions(command);
  remote?.describe(command);
  return command.action(async () => {
    const options = command.opts<TrainOptions>();
    const [model, ...words] = command.args;
    if (words.length > 0 && options.image === undefined) {
      throw new CommandError('the command after -- is of an image: add --image URI', ExitCode.usage);
    }
    if (remote?.isAsked(options)) await remote.train(model, words, options);
    else if (options.image !== undefined) {
      refuse(command, ['variant'], 'is of a model of modelapp.config.ts');
      const { trainInImage } = await import('../../image-training/train-in-image');
      await trainInImage({ confFile: requireConf(model), image: options.image, command: words }, options);
    } else if (model !== undefined && isConf(model)) {
      refuse(command, ofModels, 'is of a model of modelapp.config.ts');
      refuse(command, ofAws, 'is of a training in AWS, which --on aws asks for');
      const { trainConf } = await import('../../local-training/train-conf');
      await trainConf(model, options);
    } else {
      const name = requireModel(model);
      refuse(command, ofConfs, 'is of a configuration, a path with a / or one that ends in .conf');
      refuse(command, ofAws, 'is of a training in AWS, which --on aws asks for');
      await train(open, name, options);
    }
  });
}

/** Options that a training on this machine has for models alone, and for configurations alone. */
const ofModels = ['ifBetterThan', 'betterThanActive', 'activate', 'variant', 'config', 'data', 'database'];
const ofConfs = [
  ...['servers', 'workers', 'replicas', 'store', 'storeUrl', 'syncExamples', 'maxBadLines'],
  ...['checkpoint', 'checkpointEvery', 'resume', 'seed'],
];
/** And one that no training on this machine has. */
const ofAws = ['region'];

/** @throws {CommandError} if one of some options was given, which would have no effect */
export function refuse(command: Command, names: readonly string[], whose: string): void {
  const given = names.find((name) => command.getOptionValueSource(name) === 'cli');
  if (given === undefined) return;
  const flag = command.options.find((option) => option.attributeName() === given)?.long;
  throw new CommandError(`${flag} ${whose}: leave it out`, ExitCode.usage);
}

function requireConf(model: string | undefined): string {
  if (model !== undefined && isConf(model)) return model;
  throw new CommandError(
    '--image needs a configuration: modelapp train net.conf --image net:1 -- python train.py',
    ExitCode.usage,
  );
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
    ...(options.variant !== undefined && { parameters: readVariant(settings.config, model, options.variant) }),
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

export interface Report {
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

/** How a training tells of itself in lines of text. */
export const plainRows: Report = {
  progress({ iterations, value, gradientNorm }) {
    if (isShown(iterations)) {
      printLine(`step ${iterations}: objective ${value.toPrecision(6)}, gradient ${gradientNorm.toExponential(1)}`);
    }
  },
  notice: (line) => printLine(line),
  result({ model, kept, revision, activated, scores, reason }) {
    const test = scores?.test == null ? 'no test data' : `test score ${scores.test.toFixed(4)}`;
    printLine(scores?.train == null ? test : `train score ${scores.train.toFixed(4)}, ${test}`);
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
