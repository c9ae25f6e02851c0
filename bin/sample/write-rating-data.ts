import { dirname } from 'node:path';
import { rate } from '../../learning/sample/rating-data';
import { makeFolder, refuseOverwriting, writeLines } from './write-lines';

/** What is written where. */
export interface RatingFile {
  /** A CSV file with the columns user, item and rating; its folder is made if it is not there. */
  readonly file: string;
  readonly users: number;
  readonly items: number;
  /** Ratings of a user, about. */
  readonly ratingsPerUser: number;
  readonly seed: number;
  /** Whether a file that is there may be replaced. */
  readonly force: boolean;
}

/**
 * Writes ratings as `rate` makes them, users and items numbered from 1.
 * @param onProgress hears how many ratings are written
 * @returns how many ratings they are
 * @throws {CommandError} if the file is there already
 */
export async function writeRatingData(
  { file, force, ...options }: RatingFile,
  onProgress: (ratings: number) => void,
): Promise<number> {
  if (!force) await refuseOverwriting([file]);
  await makeFolder(dirname(file));
  let ratings = 0;
  const lines = function* (): Generator<string> {
    yield 'user,item,rating';
    for (const { user, item, rating } of rate(options)) {
      ratings += 1;
      yield `${user + 1},${item + 1},${rating}`;
    }
  };
  await writeLines(file, lines(), () => onProgress(ratings));
  return ratings;
}
