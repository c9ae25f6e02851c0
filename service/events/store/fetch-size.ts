/** What a fetch brings at most, and about how much of it, as all of that is in memory at once. */
const mostPerFetch = 1_000;
const charactersPerFetch = 4 * 1024 ** 2;

/** How many rows to fetch while nothing is known of their size; each may have a million characters. */
export const firstFetch = 20;

/** How many rows to fetch after these, if those to come are as large. */
export function nextFetch(rows: readonly { readonly properties: string }[]): number {
  const characters = rows.reduce((sum, { properties }) => sum + properties.length, 1);
  const fitting = Math.floor((charactersPerFetch * rows.length) / characters);
  return Math.min(mostPerFetch, Math.max(1, fitting));
}
