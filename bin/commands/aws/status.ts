import { Command } from 'commander';
import type { DeployTarget } from '../../../config/names';
import { type AwsOptions, parseTargetArgument, withAwsOptions } from '../../aws/options';

const example = `
Times are in UTC.

Examples:
  modelapp status
  modelapp status 1.2.0 --region eu-central-1
  modelapp status events
  modelapp status training
  modelapp status --json | jq .problems`;

/** `modelapp status`: how a version is, the event server, or what training jobs run on. */
export const statusCommand = (): Command =>
  withAwsOptions(new Command('status'))
    .description(
      'show what is wrong with a deployed version, its tasks, targets, instances and alarms, or with training',
    )
    .argument(
      '[service]',
      "a version, 'events' for the event server, or 'training' for training jobs (default: VERSION)",
      parseTargetArgument,
    )
    .addHelpText('after', example)
    .action(async (service: DeployTarget | undefined, options: AwsOptions) =>
      service === 'training'
        ? (await import('../../status/training/training-status')).trainingStatus(options)
        : (await import('../../status/status')).status(service, options),
    );
