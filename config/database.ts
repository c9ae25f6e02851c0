import { underscored, type Version } from './version';

/** The database of a deployment and the roles that log in to it. */
export const Database = { name: 'modelapp', master: 'modelapp_master', port: 5432 } as const;

export const Role = {
  /** Owns the shared tables and makes the roles of versions; the only thing the master user creates. */
  admin: 'modelapp_admin',
  /** Writes the event tables. */
  events: 'modelapp_events',
  /** Reads everything. */
  training: 'modelapp_training',
  /** Owns the tables of one version: `modelapp_1_2_0`. */
  version: (version: Version): string => `modelapp_${underscored(version)}`,
} as const;

/** The tables of the event server, and the sequences that number their rows. */
export const EventTables = {
  all: ['apps', 'channels', 'access_keys', 'events', 'event_removals', 'event_stats'],
  /** Holds what access keys are checked against; nobody else's business. */
  keys: 'access_keys',
  /** What the models of a version learn from, and what their answers follow. */
  learnt: ['apps', 'channels', 'events', 'event_removals'],
  sequences: ['event_seq', 'event_removal_seq'],
} as const;
