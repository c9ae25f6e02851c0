import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explicitAls } from '../../learning/recommender/als/als';
import { ratingErrors } from '../../learning/recommender/evaluate';
import {
  InteractionBuilder,
  type NamedInteractions,
} from '../../learning/recommender/interactions/interaction-builder';
import { factoriseInThreads } from '../../training/recommender/factorise';
import { dataFolder } from '../options';
import { type Column, table } from '../table';

/*
 * How well ALS predicts ratings that it has not seen: the five splits u1 to u5 of MovieLens-100K, which may not be passed
 * on, so `--data` names their folder. The baseline has no factors.
 */

const splits = ['u1', 'u2', 'u3', 'u4', 'u5'];
const defaults = { rank: 50, lambda: 0.12, sweeps: 15, seed: 1 };
const withoutFactors = { rank: 1, lambda: 1e9, sweeps: 1, seed: 1 };

const columns: readonly Column[] = [
  { heading: 'split', align: 'left' },
  { heading: 'RMSE', align: 'right' },
  { heading: 'deviations alone', align: 'right' },
];

export async function measureMovieLens(): Promise<void> {
  if (dataFolder === undefined || !existsSync(join(dataFolder, 'u1.base'))) {
    console.log('MovieLens-100K: left out; --data FOLDER names the folder with u1.base');
    return;
  }
  const errors: (readonly [number, number])[] = [];
  for (const split of splits) {
    const train = ratingsOf(join(dataFolder, `${split}.base`));
    const test = ratingsOf(join(dataFolder, `${split}.test`));
    const rmse = async (options: typeof defaults) =>
      ratingErrors(await factoriseInThreads(explicitAls(train, options)), test).rmse;
    errors.push([await rmse(defaults), await rmse(withoutFactors)]);
  }
  const mean = (column: 0 | 1) => errors.reduce((sum, row) => sum + row[column], 0) / errors.length;
  console.log('ALS with its defaults on MovieLens-100K\n');
  const lines = [...splits.map((split, n) => [split, ...errors[n]!] as const), ['mean', mean(0), mean(1)] as const];
  console.log(
    table(
      columns,
      lines.map(([name, ...values]) => [name, ...values.map((value) => value.toFixed(4))]),
    ),
  );
}

/** Lines of user, item, rating and time, between tabs. */
function ratingsOf(file: string): NamedInteractions {
  const builder = new InteractionBuilder();
  for (const line of readFileSync(file, 'latin1').trimEnd().split('\n')) {
    const [user, item, rating] = line.split('\t');
    builder.add(user!, item!, Number(rating));
  }
  return builder.build();
}
