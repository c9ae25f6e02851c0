import { join } from 'node:path';
import { amount } from '../options';
import { runCommand } from '../system/run-command';
import { inScratch } from '../system/scratch';
import { type Column, median, table, whole } from '../table';

/* What parameter servers and worker processes cost against one process with all sums in its memory, on clicks. */

const rounds = amount(5, 1);
const lines = amount(4_000_000, 20_000);

const setups: readonly { readonly name: string; readonly args: readonly string[] }[] = [
  { name: 'memory, 1 worker', args: [] },
  ...[1, 2, 4].flatMap((servers) =>
    [1, 2, 4, 8].map((workers) => ({
      name: `Valkey or Redis, ${servers} server(s), ${workers} worker(s)`,
      args: ['--store', 'valkey', '--servers', String(servers), '--workers', String(workers)],
    })),
  ),
];

const columns: readonly Column[] = [
  { heading: 'parameters', align: 'left' },
  { heading: 'examples/s', align: 'right' },
  { heading: 'logloss', align: 'right' },
  { heading: 'against memory', align: 'right' },
];

export const measureServers = (): Promise<void> =>
  inScratch(async ({ folder }) => {
    const clicks = join(folder, 'clicks');
    await modelapp('sample', 'ctr', '--lines', String(lines), '--out', clicks);
    const rows: string[][] = [];
    let inMemory: number | undefined;
    for (const { name, args } of setups.slice(0, amount(setups.length, 2))) {
      const runs: Run[] = [];
      for (let round = 0; round < rounds; round++) runs.push(await train(join(clicks, 'ctr.conf'), args));
      const logloss = median(runs.map((run) => run.logloss));
      inMemory ??= logloss;
      const speed = median(runs.map((run) => run.examplesPerSecond));
      rows.push([name, whole(speed), logloss.toFixed(4), `${(100 * (logloss / inMemory - 1)).toFixed(2)} %`]);
    }
    console.log(`FTRL on ${whole(lines)} clicks, from text to model with all starts, median of ${rounds}\n`);
    console.log(table(columns, rows));
  });

interface Run {
  readonly examplesPerSecond: number;
  readonly logloss: number;
}

async function train(conf: string, args: readonly string[]): Promise<Run> {
  const { printed } = await modelapp('train', conf, '--json', ...args);
  const said = printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Partial<Run> & { readonly type: string });
  const { logloss } = said.find(({ type }) => type === 'evaluation')!;
  const { examplesPerSecond } = said.find(({ type }) => type === 'result')!;
  return { examplesPerSecond: examplesPerSecond!, logloss: logloss! };
}

const modelapp = (...args: readonly string[]) => runCommand([process.execPath, 'dist/cli.js', ...args]);
