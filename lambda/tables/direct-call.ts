/** A call of the function `tables` by its own name, instead of by CloudFormation. */
export type DirectCall =
  | { readonly action: 'inspect'; readonly version: string }
  /** `id` names the folder of the archive; without it nothing is archived. */
  | { readonly action: 'drop'; readonly version: string; readonly id?: string };

/** What a version has in the database and in its folder of revisions, and what was archived of it; the answer to either call, after the drop. */
export interface Inspection {
  /** Whether its role is there. */
  readonly role: boolean;
  /** Connections of its role. */
  readonly sessions: number;
  /** Rows by table, with the version's part of `feedback`; empty once its tables are gone. */
  readonly rows: Readonly<Record<string, number>>;
  /** Files of its revisions; not there if there are none. */
  readonly files?: number;
  /** One for each deployment of the version that was archived, or begun to be. */
  readonly archives: readonly ArchiveSummary[];
}

export interface ArchiveSummary {
  /** Names its folder: the last part of the stack's id, or what a direct call said. */
  readonly id: string;
  /** `s3://bucket/archives/1.2.0/<id>/` */
  readonly address: string;
  /** Whether all rows are in it. */
  readonly complete: boolean;
  /** Whether the tables are gone from the database. */
  readonly dropped: boolean;
  /** Archived rows by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Size of its parts. */
  readonly bytes: number;
}

/** @throws {Error} if it is neither call: whatever else it is must not drop anything */
export function parseDirectCall(event: unknown): DirectCall {
  const { action, version, id } = event as Record<string, unknown>;
  if (action !== 'inspect' && action !== 'drop') throw new Error(`there is no action '${action}': inspect or drop`);
  if (typeof version !== 'string') throw new Error(`${action}: version is missing`);
  if (action === 'inspect') return { action, version };
  if (id !== undefined && (typeof id !== 'string' || !/^[\w-]+$/.test(id))) {
    throw new Error(`drop: id names a folder by letters, digits and dashes`);
  }
  return { action, version, ...(id !== undefined && { id }) };
}
