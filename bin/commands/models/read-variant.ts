import { readFileSync } from 'node:fs';
import type { ParameterSet } from '../../../config/models/parameters';
import { engineOf, parseVariant } from '../../../config/models/variant';
import type { Config } from '../../../config/schema';
import { CommandError, ExitCode } from '../../failure';
import { learnerConfigOf } from './configured-model';

/**
 * Reads the parameters of a model from a file that `modelapp tune` wrote.
 * @throws {CommandError | VariantError} naming the file, and the place in it
 */
export function readVariant(config: Config, model: string, file: string): ParameterSet {
  const modelConfig = learnerConfigOf(config, model);
  return parseVariant(file, readText(file), modelConfig);
}

/**
 * The model that a file of parameters is of: the one that it names, or the only one.
 * @throws {CommandError} if that is none
 */
export function modelOfVariant({ models }: Config, file: string): string {
  const names = Object.keys(models);
  const engine = engineOf(readText(file));
  if (engine !== undefined && names.includes(engine)) return engine;
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return only;
  throw new CommandError(`${file}: engineFactory: must name one of the models ${names.join(', ')}`, ExitCode.usage);
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (isAbsent) throw new CommandError(`${file}: there is no such file; modelapp tune writes one`, ExitCode.absent);
    throw new CommandError(`${file}: ${(error as Error).message}`, ExitCode.noAccess);
  }
}
