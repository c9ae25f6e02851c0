import { compareVersions, parseVersion, type Version } from '../../config/version';
import { CommandError, ExitCode } from '../failure';
import { readCdkJson, writeContextValue } from './cdk-json';

const key = 'modelapp:versions';

/**
 * The list `modelapp:versions` of `cdk.json`: versions that are synthesised beside `VERSION`. It may be a list, or the text
 * that `-c versions=` takes.
 * @throws {CommandError} naming the file, if it cannot be read or holds no list of versions
 */
export function readListedVersions(directory: string): Version[] {
  const [file, , { context }] = readCdkJson(directory);
  try {
    return String(context?.[key] ?? [])
      .split(',')
      .filter((part) => part.trim() !== '')
      .map(parseVersion);
  } catch (error) {
    throw new CommandError(`${file}: ${key}: ${(error as Error).message}`, ExitCode.usage);
  }
}

/**
 * Writes the list, in order and each once.
 * @throws {CommandError} naming the file
 */
export function writeListedVersions(directory: string, versions: Iterable<Version>): void {
  writeContextValue(directory, key, [...new Set(versions)].sort(compareVersions));
}
