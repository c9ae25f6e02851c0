import { Command } from 'commander';
import type { Version } from '../../../config/version';
import { type AwsOptions, parseVersionArgument, withAwsOptions } from '../../aws/options';

export interface RevertOptions extends AwsOptions {
  /** Whether the tables are archived before they are dropped. */
  readonly archive: boolean;
  /** Whether to go on without asking. */
  readonly yes: boolean;
}

const example = `
What goes: the stack, the tables of the version and its part of the feedback, the files of its revisions, its database
role, its image tag. What stays: an archive of rows and revisions in S3, and every other version. Running it again is safe.

Examples:
  modelapp revert 1.2.0
  modelapp revert 1.2.0 --no-archive --yes`;

/** `modelapp revert`: removes a version and all that belongs to it. */
export const revertCommand = (): Command =>
  withAwsOptions(new Command('revert'))
    .description('remove a version from AWS: service, tables, image tag; its rows are archived first')
    .argument('<version>', 'the version, such as 1.2.0', parseVersionArgument)
    .option('--no-archive', 'drop the tables without an archive of their rows')
    .option('--yes', 'do not ask', false)
    .addHelpText('after', example)
    .action(async (version: Version, options: RevertOptions) =>
      (await import('../../revert/report')).revertAndReport(version, options),
    );
