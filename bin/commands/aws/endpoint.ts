import { Command, Option } from 'commander';
import type { ServiceName } from '../../../config/names';
import { isVersion } from '../../../config/version';
import { type AwsOptions, withAwsOptions } from '../../aws/options';
import { CommandError, ExitCode } from '../../failure';

/** A version, the event server, or the entry that versions share. */
export type EndpointTarget = ServiceName | 'traffic';

export interface EndpointOptions extends AwsOptions {
  readonly key?: boolean;
  readonly scope: 'predict' | 'admin';
}

const example = `
Examples:
  modelapp endpoint
  modelapp endpoint traffic --region eu-central-1
  modelapp endpoint events
  curl -H "x-api-key: $(modelapp endpoint --key)" "$(modelapp endpoint)/list"
  modelapp endpoint 1.2.0 --key --scope admin`;

/** `modelapp endpoint`: where a version answers, and with which key. */
export const endpointCommand = (): Command =>
  withAwsOptions(new Command('endpoint'))
    .description('print the URL of a deployed version, or its generated API key')
    .argument(
      '[target]',
      "a version, 'events' for the event server, or 'traffic' for the entry that versions share (default: VERSION)",
      parseTarget,
    )
    .option('--key', 'print the generated API key instead of the URL')
    .addOption(
      new Option('--scope <scope>', 'which key; admin includes predict')
        .choices(['predict', 'admin'])
        .implies({ key: true })
        .default('predict'),
    )
    .addHelpText('after', example)
    .action(async (target: EndpointTarget | undefined, options: EndpointOptions) =>
      (await import('../../look/endpoint')).endpoint(target, options),
    );

function parseTarget(text: string): EndpointTarget {
  if (text === 'traffic' || text === 'events' || isVersion(text)) return text;
  throw new CommandError(`'${text}' is neither a version such as 1.2.0, nor 'events', nor 'traffic'`, ExitCode.usage);
}
