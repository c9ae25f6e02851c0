import { createRequire } from 'node:module';
import type { CustomModelDefinition, SampleRow } from '../config/models/define-model';
import type { CustomConfig } from '../config/schema';

/** A definition of which nothing is known but that it has the members it needs. */
export type Definition = CustomModelDefinition<SampleRow, unknown, unknown, unknown>;

/** A module that defines no model; the message is one line that names the file and the member. */
export class DefinitionError extends Error {
  override readonly name = 'DefinitionError';
  /** With which a command ends: as for a faulty configuration. */
  readonly exitCode = 2;
}

const kinds: readonly Definition['kind'][] = ['classifier', 'regression', 'user-item'];
const needed = ['train', 'load', 'predict'] as const;
const optional = ['score', 'update', 'topK'] as const;
/** What only a model of users and items has. */
const ofUsers = ['update', 'topK'] as const;

/**
 * Runs the code of a custom model, and checks what it exports.
 * @param code a CommonJS text
 * @param path of the file that it was made of, where the packages that it names are looked for
 * @param shown the path as errors show it
 * @param mode of the model's configuration
 * @throws {DefinitionError} if the code throws, a member is missing or of another type, or the kind does not fit the mode
 */
export function define(code: string, path: string, shown: string, mode?: CustomConfig['mode']): Definition {
  const module = { exports: {} as { default?: unknown } };
  try {
    new Function('module', 'exports', 'require', code)(module, module.exports, createRequire(path));
  } catch (error) {
    throw new DefinitionError(`${shown}: ${(error as Error)?.message ?? error}`);
  }
  const model = module.exports.default;
  if (typeof model !== 'object' || model === null) {
    throw new DefinitionError(`${shown}: has no default export; write \`export default defineModel({ … })\``);
  }
  const members = model as Record<string, unknown>;
  const faults = [
    ...kindFaults(members.kind, mode),
    ...needed.flatMap((name) => (members[name] === undefined ? [`${name}: is missing; write it as a function`] : [])),
    ...[...needed, ...optional].flatMap((name) =>
      ['function', 'undefined'].includes(typeof members[name]) ? [] : [`${name}: must be a function`],
    ),
    ...ofUsers.flatMap((name) =>
      members[name] === undefined || members.kind === 'user-item' ? [] : [`${name}: goes with kind 'user-item'`],
    ),
  ];
  if (faults.length > 0) throw new DefinitionError(faults.map((fault) => `${shown}: ${fault}`).join('\n'));
  return model as Definition;
}

function kindFaults(kind: unknown, mode: CustomConfig['mode']): string[] {
  if (!kinds.some((known) => known === kind)) return [`kind: must be 'classifier', 'regression' or 'user-item'`];
  if (kind === 'user-item' && mode !== 'user-item') {
    return ["kind: 'user-item' needs the line mode: 'user-item' in the model's configuration"];
  }
  return kind !== 'user-item' && mode === 'user-item'
    ? [`kind: must be 'user-item' as the configured mode, not '${kind}'`]
    : [];
}
