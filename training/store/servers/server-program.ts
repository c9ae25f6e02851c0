import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StoreError, StoreExitCode } from '../store-error';

/** Programs that serve parameters, the preferred one first. */
const programs = ['valkey-server', 'redis-server'] as const;

/**
 * The program that serves parameters on this machine.
 * @param path folders to look in, as in the variable PATH
 * @throws {StoreError} that says how to install one
 */
export function findServerProgram(path: string = process.env.PATH ?? ''): string {
  for (const program of programs) {
    for (const folder of path.split(delimiter)) {
      const file = join(folder || '.', program);
      if (isExecutable(file)) return file;
    }
  }
  throw new StoreError(
    `neither ${programs.join(' nor ')} is installed; install one with: ${installCommand()} ` +
      '(or train with --store memory, or name servers that run with --store-url)',
    StoreExitCode.usage,
  );
}

const installCommand = (): string =>
  process.platform === 'darwin' ? 'brew install valkey' : 'sudo apt-get install redis-server';

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
