import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const packageDirectory = resolve(__dirname, '../..');

/** A virtual environment with packages of PyPI. */
export interface PythonEnvironment {
  /** Its interpreter. */
  readonly python: string;
  /** Where it keeps compiled modules. */
  readonly bytecode: string;
}

/**
 * Makes a virtual environment with packages from PyPI, once for these requirements: later runs find it in
 * `node_modules/.cache`.
 * @param what the packages are called in messages
 * @param requirements file with the packages and their versions, from the folder of the package
 * @throws {Error} whose message says what this machine lacks
 */
export function preparePythonEnvironment(what: string, requirements: string): PythonEnvironment {
  const version = pythonVersion();
  const file = join(packageDirectory, requirements);
  const key = createHash('sha256').update(version).update(readFileSync(file)).digest('hex').slice(0, 16);
  const folder = join(packageDirectory, 'node_modules/.cache/modelapp', `python-${key}`);
  if (!existsSync(folder)) install(folder, what, file);
  return { python: join(folder, 'bin/python'), bytecode: join(folder, 'bytecode') };
}

function pythonVersion(): string {
  const program = 'import ensurepip, sys, venv; assert sys.version_info >= (3, 11); print(sys.version)';
  try {
    return execFileSync('python3', ['-c', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    throw new Error('Python 3.11 or newer that can make virtual environments (apt-get install python3-venv)');
  }
}

/** Complete or not at all, also while another run does the same. */
function install(folder: string, what: string, requirements: string): void {
  process.stderr.write(`Installing ${what} from PyPI, once …\n`);
  const aside = `${folder}-${process.pid}`;
  mkdirSync(dirname(folder), { recursive: true });
  try {
    execFileSync('python3', ['-m', 'venv', aside], { stdio: 'ignore' });
    const options = ['--quiet', '--disable-pip-version-check', '--no-compile', '--retries', '2'];
    execFileSync(join(aside, 'bin/python'), ['-m', 'pip', 'install', ...options, '-r', requirements], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (!existsSync(folder)) renameSync(aside, folder);
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer | null };
    const lastLine = stderr?.toString().trim().split('\n').at(-1) ?? (error as Error).message;
    throw new Error(`${what} from PyPI (${lastLine})`);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
