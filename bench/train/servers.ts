import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { amount } from '../options';
import { CpuWatch } from '../system/cpu-watch';
import { runCommand } from '../system/run-command';
import { inScratch } from '../system/scratch';
import { type Column, median, table, whole } from '../table';

/*
 * What threads, and parameter servers with worker processes, cost against one worker with all sums in memory, on clicks:
 * one setup at length, and a curve over the numbers of them.
 */

interface Setup {
  readonly name: string;
  readonly args: readonly string[];
}

const many = (count: number, what: string): string => `${count} ${what}${count > 1 ? 's' : ''}`;

const inMemory = (workers: number): Setup => ({
  name: `memory, ${many(workers, 'worker')}`,
  args: ['--workers', String(workers)],
});

const onServers = (servers: number, workers: number): Setup => ({
  name: `${many(servers, 'server')}, ${many(workers, 'worker')}`,
  args: ['--store', 'valkey', '--servers', String(servers), '--workers', String(workers)],
});

const goal = [inMemory(1), onServers(2, 4)];
const curve = [
  ...[1, 2, 4].map(inMemory),
  ...[1, 2, 4].flatMap((servers) => [1, 2, 4, 8].map((workers) => onServers(servers, workers))),
];

export async function measureServers(): Promise<void> {
  await compare(goal, { lines: amount(4_000_000, 20_000), rounds: amount(5, 1) });
  await compare(curve.slice(0, amount(curve.length, 2)), { lines: amount(1_000_000, 20_000), rounds: 1 });
}

const columns: readonly Column[] = [
  { heading: 'parameters', align: 'left' },
  { heading: 'examples/s', align: 'right' },
  { heading: 'of memory', align: 'right' },
  { heading: 'logloss', align: 'right' },
  { heading: 'above memory', align: 'right' },
  { heading: 'cores busy', align: 'right' },
  { heading: 'CPU of servers', align: 'right' },
  { heading: 'of the rest', align: 'right' },
];

/** Trains in each setup on as many new clicks, in turns; the first is what the others are compared with. */
const compare = (setups: readonly Setup[], { lines, rounds }: { lines: number; rounds: number }): Promise<void> =>
  inScratch(async ({ folder }) => {
    const clicks = join(folder, 'clicks');
    await runCommand(modelapp('sample', 'ctr', '--lines', String(lines), '--out', clicks));
    const runs = new Map<Setup, Run[]>(setups.map((setup) => [setup, []]));
    for (let round = 0; round < rounds; round++) {
      for (const setup of setups) runs.get(setup)!.push(await train(join(clicks, 'ctr.conf'), setup.args));
    }
    const medianOf = (setup: Setup, of: keyof Run): number => median(runs.get(setup)!.map((run) => run[of]));
    const rows = setups.map((setup) => {
      const ofFirst = (of: keyof Run): number => medianOf(setup, of) / medianOf(setups[0]!, of);
      const microseconds = (of: keyof Run): string => `${((1e6 * medianOf(setup, of)) / lines).toFixed(1)} µs`;
      return [
        setup.name,
        whole(medianOf(setup, 'examplesPerSecond')),
        ofFirst('examplesPerSecond').toFixed(2),
        medianOf(setup, 'logloss').toFixed(4),
        `${(100 * (ofFirst('logloss') - 1)).toFixed(2)} %`,
        `${Math.round(100 * medianOf(setup, 'busy'))} %`,
        microseconds('serverCpu'),
        microseconds('otherCpu'),
      ];
    });
    console.log(
      `\nFTRL on ${whole(lines)} clicks, from text to model with all starts, median of ${rounds}; CPU by example\n`,
    );
    console.log(table(columns, rows));
  });

interface Run {
  readonly examplesPerSecond: number;
  readonly logloss: number;
  /** Share of the time in which the cores worked for the job. */
  readonly busy: number;
  /** In seconds. */
  readonly serverCpu: number;
  readonly otherCpu: number;
}

async function train(conf: string, args: readonly string[]): Promise<Run> {
  const cpu = new CpuWatch();
  const { printed, seconds } = await runCommand(modelapp('train', conf, '--json', ...args), (pid) => cpu.look(pid));
  const said = printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Partial<Run> & { readonly type: string });
  const { logloss } = said.find(({ type }) => type === 'evaluation')!;
  const { examplesPerSecond } = said.find(({ type }) => type === 'result')!;
  const serverCpu = cpu.seconds(/^(valkey|redis)-server$/);
  return {
    examplesPerSecond: examplesPerSecond!,
    logloss: logloss!,
    busy: cpu.seconds() / seconds / availableParallelism(),
    serverCpu,
    otherCpu: cpu.seconds() - serverCpu,
  };
}

const modelapp = (...args: readonly string[]): readonly [string, ...string[]] => [
  process.execPath,
  'dist/cli.js',
  ...args,
];
