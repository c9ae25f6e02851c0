import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { Environment } from '../config/environment';
import { loadConfig } from '../config/file/load';
import type { Config } from '../config/schema';
import { parseVersion, type Version } from '../config/version';
import packageJson from '../package.json';
import type { DatabaseSettings } from '../service/processes/messages';
import { CommandError, ExitCode } from './failure';

/** The options that every command which needs the database takes. */
export interface PlaceOptions {
  readonly config?: string;
  readonly data?: string;
  readonly database?: string;
}

/** Adds `--config`, `--data` and `--database`. */
export const withPlaceOptions = (command: Command): Command =>
  command
    .option('--config <file>', 'the configuration (default: modelapp.config.ts)')
    .option('--data <folder>', `where everything is kept (default: ${Environment.dataDirectory} or .modelapp)`)
    .option(
      '--database <url>',
      `an existing PostgreSQL, postgres://user:password@host/name (default: ${Environment.databaseUrl} or an embedded one)`,
    );

/** Where everything is kept. */
export interface Place {
  readonly dataDirectory: string;
  /** The database to use; undefined for the embedded one in the data directory. */
  readonly database: DatabaseSettings | undefined;
}

/** What is configured, and where it lives. */
export interface Settings extends Place {
  readonly config: Config;
  /** The folder of the configuration file, which relative paths in it start from. */
  readonly directory: string;
  readonly version: Version;
  readonly codeVersion: string;
  /** Folder or `s3://bucket/prefix` of the revision files. */
  readonly modelLocation: string;
}

/**
 * Reads options, environment, configuration and VERSION, in that order of precedence.
 * @throws {ConfigError | CommandError} naming what is wrong
 */
export async function readSettings(options: PlaceOptions, environment = process.env): Promise<Settings> {
  const { config, directory } = await loadConfig(options.config);
  const place = readPlace(options, environment);
  return {
    ...place,
    config,
    directory,
    version: readVersion(join(directory, 'VERSION')),
    codeVersion: packageJson.version,
    modelLocation: environment[Environment.modelLocation] || join(place.dataDirectory, 'models'),
  };
}

/**
 * Reads what options and environment say of the place.
 * @throws {CommandError} if the database is not told by a URL
 */
export function readPlace(options: PlaceOptions, environment = process.env): Place {
  const [name, url] =
    options.database === undefined
      ? [Environment.databaseUrl, environment[Environment.databaseUrl] || undefined]
      : ['--database', options.database];
  const auth = environment[Environment.databaseAuth] === 'iam' ? 'iam' : 'password';
  return {
    // An empty variable is as good as none: the working directory must not become the place of the data.
    dataDirectory: resolve(options.data || environment[Environment.dataDirectory] || '.modelapp'),
    database: url === undefined ? undefined : { url: checkedUrl(name, url), auth },
  };
}

/**
 * Reads the version that a tree releases.
 * @throws {CommandError} naming the file
 */
export function readVersion(file: string): Version {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new CommandError(
      `${file}: cannot be read; write the version that this tree releases, for example 1.0.0`,
      ExitCode.usage,
    );
  }
  try {
    return parseVersion(text);
  } catch (error) {
    throw new CommandError(`${file}: ${(error as Error).message}`, ExitCode.usage);
  }
}

/**
 * Checks the URL of a database. The message never shows the text, as it may hold a password.
 * @param name of the option or variable
 * @throws {CommandError} naming it
 */
export function checkedUrl(name: string, url: string): string {
  if (!/^postgres(ql)?:\/\/./.test(url) || !URL.canParse(url)) {
    throw new CommandError(`${name}: write a URL like postgres://user:password@host:5432/name`, ExitCode.usage);
  }
  return url;
}

/**
 * A whole number from a command line.
 * @throws {CommandError} naming the option
 */
export function parseWholeNumber(option: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
    throw new CommandError(`${option}: '${text}' is not a whole number from ${minimum} to ${maximum}`, ExitCode.usage);
  }
  return value;
}
