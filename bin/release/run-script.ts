import { spawn } from 'node:child_process';
import { LoaderError } from './loader-error';

const failed = 1;

/**
 * Runs a script of the user's, whose output is that of the command.
 * @param script relative to the folder, in which it runs
 * @throws {LoaderError} with its exit code, if it is not 0
 * @throws the signal's reason, once it is aborted and the script has ended
 */
export async function runScript(script: string, directory: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const child = spawn(`./${script}`, { cwd: directory, stdio: ['ignore', 'inherit', 'inherit'] });
  const end = () => child.kill('SIGTERM');
  signal.addEventListener('abort', end);
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => reject(new LoaderError(explain(script, error), failed)));
      child.once('exit', (code, how) => {
        if (code === 0) resolve();
        else reject(new LoaderError(`${script}: ended with ${how ?? `exit code ${code}`}`, code ?? failed));
      });
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function explain(script: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'EACCES') return `${script}: may not be run; chmod +x ${script}`;
  // The script is there: it is what would run it that is not.
  if (code === 'ENOENT') return `${script}: the program that its first line names is not there; correct that line`;
  return `${script}: ${message}`;
}
