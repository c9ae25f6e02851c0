import { Command, Option } from 'commander';
import type { ServiceName } from '../../../config/names';
import { type AwsOptions, parseServiceArgument, withAwsOptions } from '../../aws/options';
import { parseSince } from '../../look/since';

export interface LogsOptions extends AwsOptions {
  readonly since: Date;
  readonly follow?: boolean;
  readonly filter?: string;
}

const example = `
Each line stands behind its time and the first characters of its task's id. With --json, the document is a list of lines;
with --follow too, each line is a document of its own.

Examples:
  modelapp logs
  modelapp logs 1.2.0 --since 2h --filter '{ $.level >= 40 }'
  modelapp logs events --since 1h
  modelapp logs --follow --filter '"prediction log"'`;

/** `modelapp logs`: what the tasks of a version wrote, or those of the event server. */
export const logsCommand = (): Command =>
  withAwsOptions(new Command('logs'))
    .description('print the log lines of a deployed version')
    .argument('[service]', "a version, or 'events' for the event server (default: VERSION)", parseServiceArgument)
    .addOption(
      new Option('--since <time>', 'an age such as 30s, 15m, 2h or 3d, or a time such as 2026-01-31T12:00 (UTC)')
        .argParser((text) => parseSince(text))
        .default(parseSince('10m'), '10m'),
    )
    .option('--follow', 'go on with new lines until Ctrl-C')
    .option('--filter <pattern>', 'only lines that match this CloudWatch Logs filter pattern')
    .addHelpText('after', example)
    .action(async (service: ServiceName | undefined, options: LogsOptions) =>
      (await import('../../look/logs')).logs(service, options),
    );
