import { renameSync, statSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { compareVersions, parseVersion, type Version } from '../../config/version';
import { CommandError, ExitCode } from '../failure';
import { type CdkJson, parseJson, readCdkJson } from './cdk-json';

const key = 'modelapp:versions';

/**
 * The list `modelapp:versions` of `cdk.json`: versions that are synthesised beside `VERSION`.
 * @throws {CommandError} naming the file, if it cannot be read or holds no list of versions
 */
export function readListedVersions(directory: string): Version[] {
  return parseList(...readCdkJson(directory));
}

/**
 * Writes the list, in order and each once, and leaves the rest of the file as it is. Nobody ever reads half a file.
 * @throws {CommandError} naming the file
 */
export function writeListedVersions(directory: string, versions: Iterable<Version>): void {
  const [file, text, content] = readCdkJson(directory);
  const list = [...new Set(versions)].sort(compareVersions);
  if (isDeepStrictEqual(content.context?.[key], list)) return;
  const wanted = { ...content, context: { ...content.context, [key]: list } };
  const edited = edit(text, list);
  const draft = `${file}.new`;
  // The rest of the file keeps its form as long as the edit means what it should.
  const safe = isDeepStrictEqual(parseJson(edited), wanted) ? edited : `${JSON.stringify(wanted, null, 2)}\n`;
  try {
    writeFileSync(draft, safe, { mode: statSync(file).mode, flush: true });
    renameSync(draft, file);
  } catch (error) {
    throw new CommandError(`${file}: cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** Puts the list in the place of the old one, or in front of the other context values. */
function edit(text: string, list: readonly Version[]): string {
  const value = `[${list.map((version) => `"${version}"`).join(', ')}]`;
  const old = new RegExp(String.raw`("${key}"\s*:\s*)(\[[^\]]*\]|"[^"]*")`);
  if (old.test(text)) return text.replace(old, `$1${value}`);
  return text.replace(/("context"\s*:\s*\{)(\s*)/, `$1$2"${key}": ${value},$2`);
}

/** `cdk.json` may hold a list, or the text that `-c versions=` takes. */
function parseList(file: string, _text: string, { context }: CdkJson): Version[] {
  const value = context?.[key] ?? [];
  try {
    return String(value)
      .split(',')
      .filter((part) => part.trim() !== '')
      .map(parseVersion);
  } catch (error) {
    throw new CommandError(`${file}: ${key}: ${(error as Error).message}`, ExitCode.usage);
  }
}
