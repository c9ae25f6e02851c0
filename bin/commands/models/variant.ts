import { Command } from 'commander';
import { learnerOf } from '../../../config/models/learner';
import { describeParameters, type ParameterSet, parameterFaults } from '../../../config/models/parameters';
import { type Evaluation, Evaluations } from '../../../service/models/evaluations';
import { Variants } from '../../../service/models/variants';
import { CommandError, ExitCode } from '../../failure';
import { table } from '../../output';
import { type PlaceOptions, readSettings, type Settings, withPlaceOptions } from '../../settings';
import { type CommandContext, inContext, type OpenContext, openContext } from '../context';
import { learnerConfigOf } from './configured-model';
import { readVariant } from './read-variant';

interface VariantOptions extends PlaceOptions {
  readonly json?: boolean;
}

/** How many evaluations are shown. */
const shownEvaluations = 10;

/**
 * `modelapp variant`: which parameters the trainings of a model take.
 * @param open where they are kept; the settings' place by default
 */
export function variantCommand(open: OpenContext = openContext): Command {
  const command = new Command('variant')
    .description('say which parameters later trainings of a model take, wherever they are asked for')
    .addHelpText('after', '\nExample:\n  modelapp variant promote movies best.json');
  const verb = (name: string, description: string, example: string) => {
    const added = command.command(name).description(description).argument('<model>', 'name of the model');
    added.option('--json', 'print JSON').addHelpText('after', `\nExample:\n  modelapp variant ${example}`);
    return withPlaceOptions(added);
  };
  const inModel = async (model: string, options: VariantOptions, work: (chosen: Chosen) => Promise<void>) => {
    const settings = await readSettings(options);
    learnerConfigOf(settings.config, model);
    await inContext(open, settings, async (context) => {
      const chosen = { model, settings, context, variants: new Variants(context.pool, context.version) };
      await work(chosen);
      await show(chosen, options);
    });
  };

  verb(
    'promote',
    'let later trainings take the parameters of a file, or those that the last tuning found',
    'promote movies',
  )
    .argument('[file]', 'the file that modelapp tune wrote (default: the result of the last tuning)')
    .action((model: string, file: string | undefined, options: VariantOptions) =>
      inModel(model, options, (chosen) => promote(chosen, file)),
    );

  verb('show', 'show the parameters that were promoted, and how the model did in evaluations', 'show movies').action(
    (model: string, options: VariantOptions) => inModel(model, options, async () => {}),
  );

  verb('reset', 'let later trainings take what is configured', 'reset movies').action(
    (model: string, options: VariantOptions) =>
      inModel(model, options, async ({ variants }) => void (await variants.reset(model))),
  );
  return command;
}

interface Chosen {
  readonly model: string;
  readonly settings: Settings;
  readonly context: CommandContext;
  readonly variants: Variants;
}

async function promote({ model, settings, context, variants }: Chosen, file: string | undefined): Promise<void> {
  const { config } = settings;
  const parameters = file === undefined ? await lastBest(model, context) : readVariant(config, model, file);
  const [fault] = parameterFaults('parameters', learnerOf(learnerConfigOf(config, model)), parameters);
  if (fault !== undefined) {
    throw new CommandError(
      `the last tuning of '${model}' was of other parameters: ${fault}; tune it again`,
      ExitCode.usage,
    );
  }
  await variants.promote(model, parameters);
}

async function lastBest(model: string, { pool, version }: CommandContext): Promise<ParameterSet> {
  const parameters = await new Evaluations(pool, version).bestParameters(model);
  if (parameters) return parameters;
  throw new CommandError(
    `no tuning of '${model}' has found parameters yet: modelapp tune ${model}, or name a file`,
    ExitCode.absent,
  );
}

async function show({ model, context, variants }: Chosen, { json }: VariantOptions): Promise<void> {
  const variant = await variants.find(model);
  const evaluations = await new Evaluations(context.pool, context.version).latest(model, shownEvaluations);
  if (json) {
    const shown = { model, parameters: variant?.parameters ?? null, promoted_at: variant?.promotedAt ?? null };
    print(JSON.stringify({ ...shown, evaluations: evaluations.map(asJson) }));
    return;
  }
  const isSet = variant && Object.keys(variant.parameters).length > 0;
  if (isSet)
    print(`${model}: trainings take ${describeParameters(variant.parameters)}, promoted ${timeOf(variant.promotedAt)}`);
  else print(`${model}: trainings take what is configured`);
  if (evaluations.length > 0) print(table(evaluations.map(cellsOf)).replace(/^/gm, '  '));
}

const asJson = ({ finishedAt: finished_at, model: _, ...evaluation }: Evaluation) => ({ finished_at, ...evaluation });

function cellsOf({ finishedAt, kind, folds, metric, sets, best }: Evaluation): readonly string[] {
  const start = [timeOf(finishedAt), kind, `${folds} folds`];
  const won = best === null ? undefined : sets[best];
  if (!won || 'error' in won) return [...start, 'failed'];
  const among = sets.length === 1 ? '' : `, the best of ${sets.length}`;
  const score = `${metric} ${won.metrics[metric]?.toFixed(6)}`;
  return [...start, score, `${describeParameters(won.parameters)}${among}`];
}

const timeOf = (time: Date): string => time.toISOString().slice(0, 19).replace('T', ' ');

const print = (line: string): void => void process.stdout.write(`${line}\n`);
