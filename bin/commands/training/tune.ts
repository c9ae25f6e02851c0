import { Command } from 'commander';
import { parseWholeNumber, withPlaceOptions } from '../../settings';
import { type OpenContext, openContext } from '../context';

/** Folds that a command line may ask for. */
export const parseFolds = (text: string): number => parseWholeNumber('--folds', text, 2, 100);

/**
 * `modelapp tune`: finds the best parameters of a model among those that its configuration names.
 * @param open where results are kept; the settings' place by default
 * @param output file for the best parameters, unless told otherwise
 */
export function tuneCommand(open: OpenContext = openContext, output = 'best.json'): Command {
  const command = new Command('tune')
    .description('try sets of parameters by cross-validation, and write the best to a file')
    .argument('<model>', 'name of the model, whose configuration has a section `tune`')
    .option('--folds <k>', 'parts of the data, each predicted from the others (default: tune.folds, 5)', parseFolds)
    .option('--metric <name>', 'by which the best is chosen, such as rmse or ndcg@10 (default: tune.metric)')
    .option('--output <file>', 'where the best is written', output)
    .option('--json', 'print one JSON object per line')
    .addHelpText('after', '\nExample:\n  modelapp tune movies --folds 5 --metric rmse');
  return withPlaceOptions(command).action(async (model: string) => {
    const { tuneModel } = await import('../../tuning/tune-model');
    await tuneModel(open, model, command.opts());
  });
}
