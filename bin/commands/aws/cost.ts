import { Command } from 'commander';
import type { DeployTarget } from '../../../config/names';
import { parseTargetArgument } from '../../aws/options';

export interface CostOptions {
  readonly region?: string;
  readonly json?: boolean;
}

/** `modelapp cost`: what the stacks cost in a month. Asks AWS nothing. */
export const costCommand = (): Command =>
  new Command('cost')
    .description('estimate what the stacks cost in a month, without asking AWS')
    .argument(
      '[service]',
      "a version, 'events' or 'training', for its stack alone (default: all stacks)",
      parseTargetArgument,
    )
    .option(
      '--region <region>',
      'AWS region (default: aws.region of the configuration, AWS_REGION, the profile, the first of lib/prices.json)',
    )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  modelapp cost\n  modelapp cost 1.2.0 --region eu-central-1\n  modelapp cost events\n  modelapp cost training',
    )
    .action(async (service: DeployTarget | undefined, options: CostOptions) =>
      (await import('../../cost/cost')).cost(service, options),
    );
