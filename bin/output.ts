/** Prints the document of `--json`. */
export const printJson = (document: unknown): void => print(JSON.stringify(document, null, 2));

/** Prints lines to standard output, where only the result goes. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Prints how far a long command is, to standard error. */
export const progress = (text: string): void => void process.stderr.write(`${text}\n`);

/**
 * A table with aligned columns, two spaces apart.
 * @param rows cells as texts; the first row is the heading
 */
export function table(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}
