import { isStorable } from '../store/storable';

/** Where a page ends, as text that is opaque to clients: the next page starts behind it. */
export const writeCursor = (...position: readonly string[]): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url');

/** Reads what {@link writeCursor} wrote from as many parts; undefined if it is something else. */
export function readCursor(text: string, parts: number): readonly string[] | undefined {
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
  const isOurs =
    Array.isArray(position) &&
    position.length === parts &&
    position.every((part) => typeof part === 'string' && isStorable(part));
  return isOurs ? (position as string[]) : undefined;
}
