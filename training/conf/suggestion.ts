import leven from 'leven';

/** The name that a misspelt one is nearest to; undefined if it is like none. */
export function suggestion(misspelt: string, names: readonly string[]): string | undefined {
  const farthest = Math.ceil(misspelt.length / 3);
  const near = names
    .map((name) => ({ name, edits: leven(misspelt.toLowerCase(), name.toLowerCase()) }))
    .filter(({ edits }) => edits <= farthest);
  return near.sort((a, b) => a.edits - b.edits)[0]?.name;
}
