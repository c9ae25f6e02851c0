import { Command } from 'commander';
import type { Version } from '../../../config/version';
import { type AwsOptions, parseVersionArgument, withAwsOptions } from '../../aws/options';

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
  modelapp deploy 1.1.0                 update an older version, with the image that it was released with`;

/** `modelapp deploy`: releases the version of this tree to AWS. */
export const deployCommand = (): Command =>
  withAwsOptions(new Command('deploy'))
    .description('deploy a version to AWS: the one of this tree, built from its code')
    .argument(
      '[version]',
      'a version that is deployed already (default: that of the file VERSION)',
      parseVersionArgument,
    )
    .option('--traffic', 'put it behind the entry that versions share, too', false)
    .option('--yes', 'do not ask', false)
    .addHelpText('after', example)
    .action(async (version: Version | undefined, options: DeployOptions) =>
      (await import('../../deploy/report')).deployAndReport(version, options),
    );
