import { escapeIdentifier } from 'pg';
import { underscored, type Version } from '../../../config/version';

/** The quoted names of a version's tables of the prediction log, ready to stand in SQL. */
export interface LogTables {
  readonly inputs: string;
  readonly outputs: string;
  readonly spools: string;
}

export function logTables(version: Version): LogTables {
  const table = (name: string) => escapeIdentifier(`${name}_${underscored(version)}`);
  return { inputs: table('inputs'), outputs: table('outputs'), spools: table('spools') };
}
