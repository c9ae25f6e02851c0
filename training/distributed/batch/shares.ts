import type { Part } from '../../data/part';

/**
 * Deals parts out to a number of workers, so that each gets about as many bytes.
 * @returns a share for each worker, in the order of its parts; fewer, if there are fewer parts than workers
 */
export function dealOut(parts: readonly Part[], workers: number): readonly (readonly Part[])[] {
  const shares = Array.from({ length: Math.min(workers, parts.length) }, (): { bytes: number; places: number[] } => ({
    bytes: 0,
    places: [],
  }));
  const largestFirst = [...parts.keys()].sort((i, j) => sizeOf(parts[j]!) - sizeOf(parts[i]!) || i - j);
  for (const place of largestFirst) {
    const least = shares.reduce((found, share) => (share.bytes < found.bytes ? share : found));
    least.bytes += sizeOf(parts[place]!);
    least.places.push(place);
  }
  return shares.map(({ places }) => places.sort((i, j) => i - j).map((place) => parts[place]!));
}

const sizeOf = ({ start, end }: Part): number => end - start;
