import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { compareVersions, parseVersion, type Version } from '../../config/version';
import { CommandError, ExitCode } from '../failure';

const key = 'modelapp:versions';

interface CdkJson {
  readonly context?: Readonly<Record<string, unknown>>;
}

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
  const safe = isDeepStrictEqual(parseOr(edited), wanted) ? edited : `${JSON.stringify(wanted, null, 2)}\n`;
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

function readCdkJson(directory: string): [file: string, text: string, content: CdkJson] {
  const file = join(directory, 'cdk.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`${file}: cannot be read (${code}); run this in the folder of the CDK app`, ExitCode.usage);
  }
  const content = parseOr(text);
  if (typeof content !== 'object' || content === null)
    throw new CommandError(`${file}: is not valid JSON`, ExitCode.usage);
  return [file, text, content];
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
