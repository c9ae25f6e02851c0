import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../learning/random';
import { amount, smoke } from '../options';
import { type CommandRun, runCommand } from '../system/run-command';
import { inScratch } from '../system/scratch';
import { type Column, median, table, whole } from '../table';

/*
 * How fast FTRL learns with all parameters in memory, from the start of the command to the written model; the text is
 * parsed in each pass. The baseline is a program in C++ that does this one job in one thread.
 */

const rounds = amount(5, 1);
const passes = amount(40, 2);
const a9a = '../shared/data/a9a.train';

export const measureMemory = (): Promise<void> =>
  inScratch(async ({ folder }) => {
    const data = existsSync(a9a) && !smoke ? a9a : generate(join(folder, 'generated.libsvm'));
    const baseline = compileBaseline(folder);
    const conf = join(folder, 'a9a.conf');
    writeFileSync(conf, confOf(data, join(folder, 'model', 'a9a')));

    const examples = passes * (readFileSync(data, 'latin1').split('\n').length - 1);
    const ours: CommandRun[] = [];
    const theirs: CommandRun[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(await runCommand([process.execPath, 'dist/cli.js', 'train', conf, '--json']));
      theirs.push(await runCommand([baseline, data, ...[passes, 1000, 1, 0.1, 1].map(String)]));
    }
    console.log(`FTRL, ${data} × ${passes} passes, minibatch 1000, λ₁ 1, α .1, β 1; median of ${rounds}\n`);
    const lines = [
      row('modelapp train a9a.conf', ours, ours.map(toldRate)),
      row(
        'C++, one thread',
        theirs,
        theirs.map(({ seconds }) => examples / seconds),
      ),
    ];
    console.log(table(columns, lines));
    console.log(
      '\nThe seconds are those of the whole process; ours loads its program and threads before it counts examples/s.',
    );
  });

const columns: readonly Column[] = [
  { heading: 'program', align: 'left' },
  { heading: 'examples/s', align: 'right' },
  { heading: 'seconds', align: 'right' },
  { heading: 'MiB resident', align: 'right' },
];

/** Examples per second, as the last line of `--json` has them. */
function toldRate({ printed }: CommandRun): number {
  const result = JSON.parse(printed.trimEnd().split('\n').at(-1)!) as { readonly examplesPerSecond: number };
  return result.examplesPerSecond;
}

const row = (name: string, runs: readonly CommandRun[], rates: readonly number[]): readonly string[] => [
  name,
  whole(median(rates)),
  median(runs.map(({ seconds }) => seconds)).toFixed(2),
  whole(median(runs.map(({ residentMiB }) => Math.max(0, ...residentMiB)))),
];

const confOf = (data: string, model: string): string => `
training_data { format: TEXT text: LIBSVM file: "${data}" }
model_output { format: TEXT file: "${model}" }
loss { type: LOGIT }
penalty { type: L1 lambda: 1 }
learning_rate { type: DECAY alpha: .1 beta: 1 }
async_sgd { algo: FTRL minibatch: 1000 num_data_pass: ${passes} }
`;

/** Lines as those of a9a: 14 of 123 binary features. */
function generate(file: string): string {
  const random = new Random(1);
  const lines = Array.from({ length: amount(32_561, 5_000) }, () => {
    const ids = new Set(Array.from({ length: 14 }, () => 1 + random.below(123)));
    return [random.uniform() < 0.24 ? '+1' : '-1', ...[...ids].toSorted((a, b) => a - b).map((id) => `${id}:1`)].join(
      ' ',
    );
  });
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

function compileBaseline(folder: string): string {
  const program = join(folder, 'ftrl');
  try {
    execFileSync('g++', ['-O2', '-o', program, 'bench/train/ftrl.cc']);
  } catch (error) {
    throw new Error(`the baseline cannot be compiled (it needs apt-get install g++): ${(error as Error).message}`);
  }
  return program;
}
