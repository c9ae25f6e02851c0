import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { ConfigError, resolveConfig } from '../resolve';
import type { Config } from '../schema';
import { compile } from './compile';

/** A checked configuration and the folder that its relative paths start from. */
export interface LoadedConfig {
  readonly config: Config;
  readonly directory: string;
}

/**
 * Loads `modelapp.config.ts`, or the `modelapp.config.js` that a build made of it.
 * @throws {ConfigError} whose lines name the file and the path inside it
 */
export async function loadConfig(file = findConfig(process.cwd())): Promise<LoadedConfig> {
  const path = resolve(file);
  const shown = relative(process.cwd(), path) || path;
  if (!existsSync(path)) throw new ConfigError([`${shown}: there is no such file`]);
  const input = readDefaultExport(await codeOf(path, shown), path, shown);
  try {
    return { config: resolveConfig(input), directory: dirname(path) };
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(error.faults.map((fault) => `${shown}: ${fault}`));
    throw error;
  }
}

function findConfig(directory: string): string {
  const built = join(directory, 'modelapp.config.js');
  return existsSync(built) ? built : join(directory, 'modelapp.config.ts');
}

/** The file as one CommonJS text; a built file is that already, and the image holds no compiler. */
const codeOf = async (path: string, shown: string): Promise<string> =>
  path.endsWith('.js') ? readFileSync(path, 'utf8') : (await compile(path, shown)).code;

function readDefaultExport(code: string, path: string, shown: string): unknown {
  const module = { exports: {} as { default?: unknown } };
  try {
    new Function('module', 'exports', 'require', code)(module, module.exports, createRequire(path));
  } catch (error) {
    throw new ConfigError([`${shown}: ${(error as Error).message}`]);
  }
  if (module.exports.default === undefined) {
    throw new ConfigError([`${shown}: has no default export; end it with \`export default defineConfig({ … })\``]);
  }
  return module.exports.default;
}
