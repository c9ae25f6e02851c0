import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const sdks = resolve(__dirname, 'sdks');

/** A client library outside the product's own dependency tree. */
export interface Sdk {
  /** Where it is installed, with the files of `sdks/`. */
  readonly folder: string;
  /** A program to run its tests with, and the arguments that come first. */
  readonly command: readonly [string, ...string[]];
  remove(): void;
}

/**
 * Installs what `sdks/driver/package-lock.json` names from npm.
 * @throws {Error} in one line, if the registry is not in reach
 */
export function installNpmSdk(): Sdk {
  const folder = copyOut('driver');
  install(folder, 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
  const command: Sdk['command'] = [process.execPath, 'node_modules/mocha/bin/_mocha'];
  return { folder, command, remove: () => rmSync(folder, { recursive: true }) };
}

/**
 * Installs what `sdks/python/requirements.txt` names from PyPI.
 * @throws {Error} in one line, if Python cannot make virtual environments or the index is not in reach
 */
export function installPythonSdk(): Sdk {
  const folder = copyOut('python');
  install(folder, 'python3', ['-m', 'venv', 'environment']);
  const python = join(folder, 'environment/bin/python');
  install(folder, python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'requirements.txt']);
  return { folder, command: [python], remove: () => rmSync(folder, { recursive: true }) };
}

function copyOut(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `modelapp-sdk-${name}-`));
  cpSync(join(sdks, name), folder, { recursive: true });
  return folder;
}

function install(folder: string, program: string, args: readonly string[]): void {
  try {
    execFileSync(program, args, { cwd: folder, env: ownEnvironment(), stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    const { stderr } = error as { stderr?: Buffer | null };
    const reason = stderr?.toString().trim().split('\n').at(-1) || (error as Error).message;
    throw new Error(`this test installs a client from its registry, which failed: ${program} ${args[0]}: ${reason}`);
  }
}

/** Without what npm tells the programs that it runs, or the inner npm would work on the outer package. */
const ownEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(package|lifecycle|config_local)/.test(name)),
  );
