import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CommandError, ExitCode } from '../failure';

/** What the CDK CLI reads from `cdk.json`, as far as commands do so too. */
export interface CdkJson {
  /** The command that synthesises the stacks. */
  readonly app?: string;
  /** The command that comes before it. */
  readonly build?: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

/**
 * Reads `cdk.json` in the folder of the CDK app.
 * @returns the path, the text, and what it means
 * @throws {CommandError} naming the file
 */
export function readCdkJson(directory: string): [file: string, text: string, content: CdkJson] {
  const file = join(directory, 'cdk.json');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError(`${file}: cannot be read (${code}); run this in the folder of the CDK app`, ExitCode.usage);
  }
  const content = parseJson(text);
  if (typeof content !== 'object' || content === null)
    throw new CommandError(`${file}: is not valid JSON`, ExitCode.usage);
  return [file, text, content];
}

/**
 * Writes a value of the context, and leaves the rest of the file as it is. Nobody ever reads half a file.
 * @param value a truth value, or a list of texts without quotes
 * @throws {CommandError} naming the file
 */
export function writeContextValue(directory: string, key: string, value: boolean | readonly string[]): void {
  const [file, text, content] = readCdkJson(directory);
  if (isDeepStrictEqual(content.context?.[key], value)) return;
  const wanted = { ...content, context: { ...content.context, [key]: value } };
  const edited = edit(text, key, JSON.stringify(value).replaceAll(',', ', '));
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

/** Puts the value in the place of the old one, or in front of the other context values. */
function edit(text: string, key: string, value: string): string {
  const old = new RegExp(String.raw`("${key}"\s*:\s*)(\[[^\]]*\]|"[^"]*"|true|false|null)`);
  if (old.test(text)) return text.replace(old, `$1${value}`);
  return text.replace(/("context"\s*:\s*\{)(\s*)/, `$1$2"${key}": ${value},$2`);
}

/** The value of a JSON text; undefined if it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
