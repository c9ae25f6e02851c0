import { Command } from 'commander';
import type { Version } from '../../../config/version';
import { type AwsOptions, parseVersionArgument, withAwsOptions } from '../../aws/options';

const example = `
Times are in UTC.

Examples:
  modelapp status
  modelapp status 1.2.0 --region eu-central-1
  modelapp status --json | jq .problems`;

/** `modelapp status`: how a version is. */
export const statusCommand = (): Command =>
  withAwsOptions(new Command('status'))
    .description('show what is wrong with a deployed version, its tasks, targets, instances and alarms')
    .argument('[version]', 'the version (default: VERSION)', parseVersionArgument)
    .addHelpText('after', example)
    .action(async (version: Version | undefined, options: AwsOptions) =>
      (await import('../../status/status')).status(version, options),
    );
