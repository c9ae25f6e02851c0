/** Where in a file something is written, both from 1; a column counts UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something to tell about a place in a file. */
export interface Remark {
  readonly at: Position;
  readonly message: string;
}

/** Remarks as lines for a person, in the order of the file: `ctr.conf:12:3: unknown field "minibach"`. */
export const remarkLines = (file: string, remarks: readonly Remark[]): readonly string[] =>
  [...remarks]
    .sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
    .map(({ at, message }) => `${file}:${at.line}:${at.column}: ${message}`);
