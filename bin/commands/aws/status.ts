import { Command } from 'commander';
import type { ServiceName } from '../../../config/names';
import { type AwsOptions, parseServiceArgument, withAwsOptions } from '../../aws/options';

const example = `
Times are in UTC.

Examples:
  modelapp status
  modelapp status 1.2.0 --region eu-central-1
  modelapp status events
  modelapp status --json | jq .problems`;

/** `modelapp status`: how a version is, or the event server. */
export const statusCommand = (): Command =>
  withAwsOptions(new Command('status'))
    .description('show what is wrong with a deployed version, its tasks, targets, instances and alarms')
    .argument('[service]', "a version, or 'events' for the event server (default: VERSION)", parseServiceArgument)
    .addHelpText('after', example)
    .action(async (service: ServiceName | undefined, options: AwsOptions) =>
      (await import('../../status/status')).status(service, options),
    );
