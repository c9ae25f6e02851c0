import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { Option } from 'commander';
import { print } from './print';

/** Where answers come from. */
export interface Answers {
  readonly stdin: Readable;
}

export const forceOption = (): Option => new Option('-f, --force', 'do not ask');

/**
 * Asks before something is deleted.
 * @param what will be deleted, for people
 * @returns whether to go on
 */
export async function confirmed(what: string, { force }: { force?: boolean }, { stdin }: Answers): Promise<boolean> {
  if (force) return true;
  print(what);
  process.stdout.write("Enter 'YES' to proceed: ");
  if ((await firstLine(stdin)).trim() === 'YES') return true;
  print('Aborted.');
  return false;
}

async function firstLine(input: Readable): Promise<string> {
  const lines = createInterface({ input });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
  }
}
