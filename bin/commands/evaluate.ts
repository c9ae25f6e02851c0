import { Command } from 'commander';
import { CommandError, ExitCode } from '../failure';
import { type ConfOptions, isConf, withMaxBadLines } from './conf-train';

/** `modelapp evaluate`: scores the model files of a dmlc configuration on its validation data. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('score saved model files on the validation_data of a dmlc configuration')
    .argument('<conf>', 'file of the configuration, a path with a / or one that ends in .conf')
    .option('--json', 'print one JSON object per line')
    .addHelpText('after', '\nExample:\n  modelapp evaluate ctr.conf');
  return withMaxBadLines(command).action(async (conf: string, options: ConfOptions) => {
    if (!isConf(conf)) {
      throw new CommandError(
        `'${conf}' is no file of a configuration: write ./${conf} or ${conf}.conf`,
        ExitCode.usage,
      );
    }
    const { evaluateConf } = await import('../local-training/train-conf');
    await evaluateConf(conf, options);
  });
}
