import { Command } from 'commander';
import type { DeployTarget } from '../../../config/names';
import { type AwsOptions, parseTargetArgument, withAwsOptions } from '../../aws/options';

export interface DeployOptions extends AwsOptions {
  /** Whether to deploy the entry that versions share, too. */
  readonly traffic: boolean;
  /** Whether to go on without asking. */
  readonly yes: boolean;
}

const example = `
Prints the endpoint. The stack of what all versions share comes first, if it is not there yet.

Examples:
  modelapp deploy
  modelapp deploy --traffic --yes --region eu-central-1
  modelapp deploy 1.1.0                 update an older version, with the image that it was released with
  modelapp deploy events                the event server, with the code of this tree
  modelapp deploy training              what modelapp train --on aws runs on, with the code of this tree`;

/** `modelapp deploy`: releases the version of this tree to AWS. */
export const deployCommand = (): Command =>
  withAwsOptions(new Command('deploy'))
    .description(
      'deploy a version to AWS: the one of this tree, built from its code; or the event server, or what training jobs run on',
    )
    .argument(
      '[service]',
      "a version that is deployed already, 'events' or 'training' (default: the version of the file VERSION)",
      parseTargetArgument,
    )
    .option('--traffic', 'put it behind the entry that versions share, too', false)
    .option('--yes', 'do not ask', false)
    .addHelpText('after', example)
    .action(async (service: DeployTarget | undefined, options: DeployOptions) =>
      (await import('../../deploy/report')).deployAndReport(service, options),
    );
