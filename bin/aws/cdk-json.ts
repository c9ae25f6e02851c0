import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** The value of a JSON text; undefined if it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
