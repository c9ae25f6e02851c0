import { Command, Option } from 'commander';
import type { DeployTarget } from '../../../config/names';
import { type TaskKind, taskKinds } from '../../../config/training/training-task';
import { type AwsOptions, parseTargetArgument, withAwsOptions } from '../../aws/options';
import { CommandError, ExitCode } from '../../failure';
import { parseSince } from '../../look/since';

export interface LogsOptions extends AwsOptions {
  readonly since?: Date;
  readonly follow?: boolean;
  readonly filter?: string;
  readonly role?: TaskKind;
}

const example = `
Each line stands behind its time and the first characters of its task's id; those of training behind the role of the task,
too. With --json, the document is a list of lines; with --follow too, each line is a document of its own.

Examples:
  modelapp logs
  modelapp logs 1.2.0 --since 2h --filter '{ $.level >= 40 }'
  modelapp logs events --since 1h
  modelapp logs training ctr-20260504120000-1f3a --role worker
  modelapp logs --follow --filter '"prediction log"'`;

/** `modelapp logs`: what the tasks of a version wrote, those of the event server, or those of training jobs. */
export const logsCommand = (): Command =>
  withAwsOptions(new Command('logs'))
    .description('print the log lines of a deployed version, of the event server, or of training jobs')
    .argument(
      '[service]',
      "a version, 'events' for the event server, or 'training' for training jobs (default: VERSION)",
      parseTargetArgument,
    )
    .argument('[job]', 'of training: the id of the only job to read')
    .option(
      '--since <time>',
      'an age such as 30s, 15m, 2h or 3d, or a time such as 2026-01-31T12:00 (UTC) (default: 10m, or the start of the job)',
      (text) => parseSince(text),
    )
    .option('--follow', 'go on with new lines until Ctrl-C, or until the job has ended')
    .option('--filter <pattern>', 'only lines that match this CloudWatch Logs filter pattern')
    .addOption(new Option('--role <role>', 'of training: only what tasks of this role wrote').choices(taskKinds))
    .addHelpText('after', example)
    .action(async (service: DeployTarget | undefined, job: string | undefined, options: LogsOptions) => {
      if (service === 'training') return (await import('../../look/training-logs')).trainingLogs(job, options);
      if (job !== undefined || options.role !== undefined) {
        throw new CommandError(
          'jobs and roles are of training: modelapp logs training JOB --role worker',
          ExitCode.usage,
        );
      }
      return (await import('../../look/logs')).logs(service, options);
    });
