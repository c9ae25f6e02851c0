import { Command } from 'commander';
import { withPlaceOptions } from '../../settings';
import type { EvaluateModelOptions } from '../../tuning/evaluate-model';
import { type OpenContext, openContext } from '../context';
import { type ConfOptions, isConf, withMaxBadLines } from './conf-train';
import { refuse } from './train';
import { parseFolds } from './tune';

const examples = `
Examples:
  modelapp evaluate iris --folds 10
  modelapp evaluate ctr.conf`;

/**
 * `modelapp evaluate`: cross-validates a model over its source, or scores the model files of a dmlc configuration on its
 * validation data.
 * @param open where results are kept; the settings' place by default
 */
export function evaluateCommand(open: OpenContext = openContext): Command {
  const command = new Command('evaluate')
    .description('say how good a model is, by cross-validation; or saved model files, on their validation data')
    .argument(
      '<model>',
      'name of the model, or file of a dmlc configuration, a path with a / or one that ends in .conf',
    )
    .option(
      '--folds <k>',
      'of a model: parts of the data, each predicted from the others (default: tune.folds, 5)',
      parseFolds,
    )
    .option('--json', 'print one JSON object per line')
    .addHelpText('after', examples);
  withPlaceOptions(command);
  return withMaxBadLines(command).action(async (model: string) => {
    if (isConf(model)) {
      refuse(command, ['folds'], 'is of a model of modelapp.config.ts');
      const { evaluateConf } = await import('../../local-training/train-conf');
      await evaluateConf(model, command.opts<ConfOptions>());
    } else {
      refuse(command, ['maxBadLines'], 'is of a configuration, a path with a / or one that ends in .conf');
      const { evaluateModel } = await import('../../tuning/evaluate-model');
      await evaluateModel(open, model, command.opts<EvaluateModelOptions>());
    }
  });
}
