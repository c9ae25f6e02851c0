import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Compiled, compile } from '../config/file/compile';
import type { CustomAlgorithm } from '../config/models/algorithms/custom';
import { DefinitionError } from './definition';

/** The code of a custom model. */
export interface ModelCode {
  /** As one CommonJS text. */
  readonly code: string;
  /** Of the file that it was made of. */
  readonly path: string;
  /** The path as configured; errors show it so. */
  readonly shown: string;
}

/** Where the image keeps the compiled code of a custom model: beside the place of its file, which it does not hold. */
export const builtFile = (algorithm: CustomAlgorithm): string => `${algorithm}.built.js`;

/**
 * Reads the code of a custom model: compiled already where a build did that, as in the image.
 * @param directory that the path starts from
 * @throws {DefinitionError} if there is no such file
 * @throws {ConfigError} if it does not compile, a line per fault
 */
export async function readModelCode(algorithm: CustomAlgorithm, directory: string): Promise<ModelCode> {
  const path = resolve(directory, algorithm);
  const built = resolve(directory, builtFile(algorithm));
  if (existsSync(built)) return { code: await readFile(built, 'utf8'), path, shown: algorithm };
  if (!existsSync(path)) throw absent(algorithm);
  return { code: (await compile(path, algorithm)).code, path, shown: algorithm };
}

/**
 * Compiles the code of a custom model together with the packages that it imports, for a place that has none.
 * @param directory that the path starts from
 * @throws {DefinitionError} if there is no such file
 * @throws {ConfigError} if it does not compile, a line per fault
 */
export async function buildModelCode(algorithm: CustomAlgorithm, directory: string): Promise<Compiled> {
  const path = resolve(directory, algorithm);
  if (!existsSync(path)) throw absent(algorithm);
  return compile(path, algorithm, { packages: 'bundle' });
}

const absent = (algorithm: CustomAlgorithm) => new DefinitionError(`${algorithm}: there is no such file`);
