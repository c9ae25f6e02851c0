import { build } from './build';
import type { Conf } from './conf';
import { ConfError } from './conf-error';
import { decode } from './decode';
import { modernize } from './old-form';
import { remarkLines } from './position';
import { checkRules, kindOf } from './rules';
import { config } from './schema/config';
import type { Values } from './schema/field';
import { parse } from './syntax/parse';

export interface ParsedConf {
  readonly conf: Conf;
  /** Each one line, `file:line:column: message`. */
  readonly warnings: readonly string[];
}

/**
 * Reads a configuration of the dmlc parameter server, also in its form of 2014, and fills in the defaults.
 * @param file its name, for messages
 * @throws {ConfError} that tells all faults
 */
export function parseConf(text: string, file: string): ParsedConf {
  const { root: written, faults: syntaxFaults } = parse(text);
  const { root, warnings: oldForm } = modernize(written);
  const { draft, places, ...decoded } = decode(root, config);
  // What a fault of syntax swallowed is not missing.
  if (syntaxFaults.length > 0) throw new ConfError(file, [...syntaxFaults, ...decoded.faults]);
  const rules = checkRules(draft, places);
  const faults = [...decoded.faults, ...decoded.missing, ...rules.faults];
  const kind = kindOf(draft, places);
  if (faults.length > 0 || !kind) throw new ConfError(file, faults);
  // Without a fault no field of the draft is undefined that may not be.
  const conf = build(draft as Values<typeof config.fields>, kind);
  return { conf, warnings: remarkLines(file, [...oldForm, ...decoded.warnings, ...rules.warnings]) };
}
