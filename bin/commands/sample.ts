import { Command } from 'commander';
import { CommandError, ExitCode } from '../failure';
import { print, printJson, progress } from '../output';
import { keysPerLine, type WrittenClicks, writeClickData } from '../sample/write-click-data';

interface SampleOptions {
  readonly out: string;
  readonly lines: number;
  readonly keys: number;
  readonly seed: number;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** Progress is told each time that so many more lines are written. */
const toldEvery = 250_000;

/** `modelapp sample`: writes data to try training with, so that nothing has to be downloaded. */
export function sampleCommand(): Command {
  return new Command('sample').description('write made-up data to try training with').addCommand(clicks());
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

async function writeClicks(options: SampleOptions): Promise<void> {
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

const wholeNumber =
  (option: string, least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new CommandError(`${option}: '${text}' is not a whole number from ${least} to ${most}`, ExitCode.usage);
  };
