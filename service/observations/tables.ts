import { escapeIdentifier } from 'pg';
import { underscored, type Version } from '../../config/version';

/** The quoted names of a version's tables of observations and what is learnt from them, ready to stand in SQL. */
export interface ObservationTables {
  readonly observedModels: string;
  readonly observations: string;
  readonly onlineRevisions: string;
  readonly userWeights: string;
}

export function observationTables(version: Version): ObservationTables {
  const table = (name: string) => escapeIdentifier(`${name}_${underscored(version)}`);
  return {
    observedModels: table('observed_models'),
    observations: table('observations'),
    onlineRevisions: table('online_revisions'),
    userWeights: table('user_weights'),
  };
}
