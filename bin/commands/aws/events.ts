import { Command } from 'commander';
import { type AwsOptions, withAwsOptions } from '../../aws/options';

const example = `
It runs as a task of ModelApp-Events, so that the database is reached from nowhere else. A new key is made on this machine;
the task, and the log, learn its digest only. Put -f where the command would ask.

Examples:
  modelapp events app new shop
  modelapp events accesskey new shop view buy
  modelapp events app delete shop -f`;

/** `modelapp events`: the verbs `app`, `accesskey` and `status` of the event server, on the deployed one. */
export const remoteEventsCommand = (): Command =>
  withAwsOptions(new Command('events'))
    .description('make, show and delete apps and keys of the deployed event server')
    .argument('<command...>', 'app, accesskey or status, with its words and options')
    .allowUnknownOption()
    .addHelpText('after', example)
    .action(async (words: readonly string[], options: AwsOptions) =>
      (await import('../../remote-events/run')).runRemotely(words, options),
    );
