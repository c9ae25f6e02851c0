import { escapeIdentifier } from 'pg';
import { underscored, type Version } from '../../config/version';

/** The quoted names of a version's tables of models and jobs, ready to stand in SQL. */
export interface ModelTables {
  readonly models: string;
  readonly revisions: string;
  readonly leases: string;
  readonly jobs: string;
  readonly processes: string;
  readonly onlineUpdates: string;
  readonly evaluations: string;
  readonly variants: string;
  readonly schedules: string;
}

export function modelTables(version: Version): ModelTables {
  const table = (name: string) => escapeIdentifier(`${name}_${underscored(version)}`);
  return {
    models: table('models'),
    revisions: table('revisions'),
    leases: table('leases'),
    jobs: table('jobs'),
    processes: table('processes'),
    onlineUpdates: table('online_updates'),
    evaluations: table('evaluations'),
    variants: table('variants'),
    schedules: table('schedules'),
  };
}
