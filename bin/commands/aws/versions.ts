import { Command } from 'commander';
import { type AwsOptions, withAwsOptions } from '../../aws/options';

const example = `
A version is listed if cdk.json names it in modelapp:versions, so that it is synthesised beside the one in VERSION.

Examples:
  modelapp versions
  modelapp versions --json --region eu-central-1`;

/** `modelapp versions`: which versions there are in AWS. */
export const versionsCommand = (): Command =>
  withAwsOptions(new Command('versions'))
    .description('list the versions in AWS with state, image and share of the traffic')
    .addHelpText('after', example)
    .action(async (options: AwsOptions) => (await import('../../look/versions')).versions(options));
