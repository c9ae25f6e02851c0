import { Command } from 'commander';
import { CommandError, ExitCode } from '../../failure';
import { print, printJson, progress } from '../../output';
import { keysPerLine, type WrittenClicks, writeClickData } from '../../sample/write-click-data';
import { writeRatingData } from '../../sample/write-rating-data';
import { writeShopData } from '../../sample/write-shop-data';

interface ClickOptions {
  readonly out: string;
  readonly lines: number;
  readonly keys: number;
  readonly seed: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Of data about users and items. */
interface UserItemOptions {
  readonly out: string;
  readonly users: number;
  readonly items: number;
  readonly perUser: number;
  readonly seed: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Progress is told each time that so many more lines are written. */
const toldEvery = 250_000;

/** `modelapp sample`: writes data to try training with, so that nothing has to be downloaded. */
export function sampleCommand(): Command {
  return new Command('sample')
    .description('write made-up data to try training with')
    .addCommand(clicks())
    .addCommand(ratings())
    .addCommand(shop());
}

function clicks(): Command {
  return new Command('ctr')
    .description('write clicks on pages with sparse features, to train and to test, and a configuration')
    .option('--out <folder>', 'where to; the folder is made', 'ctr')
    .option('--lines <n>', 'lines to train on; a tenth as many to test', wholeNumber('--lines', 1, 1e10), 1_000_000)
    .option('--keys <n>', 'distinct features', wholeNumber('--keys', 2 * keysPerLine, 2 ** 24), 100_000)
    .option('--seed <n>', 'the same seed writes the same data', wholeNumber('--seed', 0, Number.MAX_SAFE_INTEGER), 1)
    .option('--force', 'replace files that are there')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExample:\n  modelapp sample ctr --lines 100000 --out clicks\n  modelapp train clicks/ctr.conf',
    )
    .action(writeClicks);
}

async function writeClicks(options: ClickOptions): Promise<void> {
  const { json, force = false, ...wanted } = options;
  let told = 0;
  const written = await writeClickData({ ...wanted, force }, (file, lines) => {
    if (lines < told) told = 0;
    if (lines - told < toldEvery) return;
    told = lines;
    progress(`${file}: ${lines} lines`);
  });
  if (json) printJson({ ...written, keys: wanted.keys, seed: wanted.seed, next: nextStep(written) });
  else print(describe(written));
}

const describe = (written: WrittenClicks): string =>
  [
    `${written.train.file}: ${written.train.lines} lines to train on`,
    `${written.test.file}: ${written.test.lines} lines to test with`,
    `Next: ${nextStep(written)}`,
  ].join('\n');

/** A configuration is told from a model by its ending. */
const nextStep = ({ conf }: WrittenClicks): string => `modelapp train ${/\s/.test(conf) ? `'${conf}'` : conf}`;

function ratings(): Command {
  return new Command('ratings')
    .description('write ratings of items by users, to train a recommender')
    .option('--out <file>', 'the CSV file; its folder is made', 'ratings.csv')
    .option('--users <n>', 'users', wholeNumber('--users', 1, 1e7), 943)
    .option('--items <n>', 'items', wholeNumber('--items', 1, 1e6), 1682)
    .option('--per-user <n>', 'ratings of a user, about', wholeNumber('--per-user', 1, 1e6), 106)
    .option('--seed <n>', 'the same seed writes the same data', wholeNumber('--seed', 0, Number.MAX_SAFE_INTEGER), 1)
    .option('--force', 'replace a file that is there')
    .option('--json', 'print one JSON document')
    .addHelpText('after', '\nExample:\n  modelapp sample ratings --users 2000 --items 500 --out data/ratings.csv')
    .action(writeRatings);
}

async function writeRatings({ out: file, perUser, json, force = false, ...wanted }: UserItemOptions): Promise<void> {
  const count = await writeRatingData({ ...wanted, file, ratingsPerUser: perUser, force }, (n) => {
    progress(`${file}: ${n} ratings`);
  });
  const model = `{ algorithm: 'als', source: { csv: ${JSON.stringify(file)} } }`;
  if (json) printJson({ file, ratings: count, ...wanted, model });
  else {
    print(`${file}: ${count} ratings of ${wanted.users} users`);
    print(`Next: write movies: ${model} under models in modelapp.config.ts, then: modelapp train movies`);
  }
}

function shop(): Command {
  return new Command('shop')
    .description(
      'write events of a shop: items with categories, views and purchases, to import and train a recommender',
    )
    .option('--out <file>', 'the file of events; its folder is made', 'events.jsonl')
    .option('--users <n>', 'users', wholeNumber('--users', 1, 1e7), 500)
    .option('--items <n>', 'items', wholeNumber('--items', 1, 1e6), 200)
    .option('--per-user <n>', 'views of a user, about', wholeNumber('--per-user', 1, 1e6), 20)
    .option('--seed <n>', 'the same seed writes the same data', wholeNumber('--seed', 0, Number.MAX_SAFE_INTEGER), 1)
    .option('--force', 'replace a file that is there')
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      '\nExample:\n  modelapp sample shop --out shop.jsonl\n  modelapp import --appid 1 --input shop.jsonl',
    )
    .action(writeShop);
}

async function writeShop({ out: file, perUser, json, force = false, ...wanted }: UserItemOptions): Promise<void> {
  const count = await writeShopData({ ...wanted, file, viewsPerUser: perUser, force }, (n) => {
    progress(`${file}: ${n} events`);
  });
  if (json) printJson({ file, events: count, ...wanted });
  else {
    print(`${file}: ${count} events of ${wanted.users} users`);
    print(`Next: modelapp app new shop, then: modelapp import --appid 1 --input ${file}`);
  }
}

const wholeNumber =
  (option: string, least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new CommandError(`${option}: '${text}' is not a whole number from ${least} to ${most}`, ExitCode.usage);
  };
