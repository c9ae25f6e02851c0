import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { CommandError, ExitCode } from '../failure';

/** Text is written in pieces of so many characters. */
const pieceLength = 1 << 20;

/** @throws {CommandError} if a file is there already */
export async function refuseOverwriting(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const found = await stat(file).catch(() => undefined);
    if (found) throw new CommandError(`${file} is there already; add --force to replace it`, ExitCode.refused);
  }
}

/**
 * Makes a folder, with those it is in.
 * @throws {CommandError} if that cannot be
 */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw new CommandError(`--out: the folder ${folder} cannot be made: ${error.message}`, ExitCode.usage);
  });
}

/**
 * Writes lines to a file, aside first: one that has its name is whole.
 * @param lines without their ends
 * @param onProgress hears how many lines are written
 */
export async function writeLines(
  file: string,
  lines: Iterable<string>,
  onProgress: (lines: number) => void,
): Promise<void> {
  const aside = `${file}.part`;
  const output = await open(aside, 'w');
  try {
    let [text, count] = ['', 0];
    const flush = async () => {
      await output.write(text);
      onProgress(count);
      text = '';
    };
    for (const line of lines) {
      text += `${line}\n`;
      count += 1;
      if (text.length >= pieceLength) await flush();
    }
    if (text !== '') await flush();
    await output.close();
    await rename(aside, file);
  } catch (error) {
    await output.close().catch(() => {});
    await rm(aside, { force: true });
    throw error;
  }
}
