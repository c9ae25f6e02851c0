import type { Command } from 'commander';
import type { DeployTarget, ServiceName } from '../../config/names';
import { parseVersion, type Version } from '../../config/version';
import { CommandError, ExitCode } from '../failure';

/** The options of every command that looks at AWS or changes it. */
export interface AwsOptions {
  readonly region?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** Adds `--region`, `--config` and `--json`. */
export const withAwsOptions = (command: Command): Command =>
  command
    .option('--region <region>', 'AWS region (default: aws.region of the configuration, AWS_REGION, the profile)')
    .option('--config <file>', 'the configuration (default: modelapp.config.ts)')
    .option('--json', 'print one JSON document');

/**
 * A version from a command line.
 * @throws {CommandError} with the exit code of a usage error
 */
export function parseVersionArgument(text: string): Version {
  try {
    return parseVersion(text);
  } catch (error) {
    throw new CommandError((error as Error).message, ExitCode.usage);
  }
}

/**
 * A version, or `events` for the event server, from a command line.
 * @throws {CommandError} with the exit code of a usage error
 */
export const parseServiceArgument = (text: string): ServiceName =>
  text === 'events' ? text : parseVersionArgument(text);

/**
 * A version, `events`, or `training` for what training jobs run on, from a command line.
 * @throws {CommandError} with the exit code of a usage error
 */
export function parseTargetArgument(text: string): DeployTarget {
  if (text === 'training') return text;
  try {
    return parseServiceArgument(text);
  } catch (error) {
    throw new CommandError(`${(error as Error).message}; or write events, or training`, ExitCode.usage);
  }
}
