import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AlsOptions, explicitAls, implicitAls } from '../../learning/recommender/als/als';
import type { Factorisation } from '../../learning/recommender/als/factorisation';
import {
  InteractionBuilder,
  type NamedInteractions,
} from '../../learning/recommender/interactions/interaction-builder';
import { type Interactions, rowCount } from '../../learning/recommender/interactions/interactions';
import { rate } from '../../learning/sample/rating-data';
import { factoriseInThreads } from '../../training/recommender/factorise';
import { amount } from '../options';
import { runCommand } from '../system/run-command';
import { inScratch } from '../system/scratch';
import { type Column, median, table, whole } from '../table';

/* How fast factors are learnt, from ratings in memory to the model. The baseline is the same in numpy, a row at a time. */

const rounds = amount(5, 1);
const python = '/usr/bin/python3';

interface Problem {
  readonly users: number;
  readonly items: number;
  readonly ratingsPerUser: number;
  readonly options: Omit<AlsOptions, 'sweeps'>;
  readonly sweeps: number;
}

const small: Problem = {
  users: amount(943, 100),
  items: amount(1682, 100),
  ratingsPerUser: amount(106, 10),
  options: { rank: 50, lambda: 0.12, seed: 1 },
  sweeps: 15,
};

const large: Problem = {
  users: amount(70_000, 200),
  items: amount(10_000, 100),
  ratingsPerUser: amount(143, 20),
  options: { rank: 32, lambda: 0.12, seed: 1 },
  sweeps: 1,
};

const columns: readonly Column[] = [
  { heading: 'ratings', align: 'right' },
  { heading: 'users × items', align: 'right' },
  { heading: 'factors', align: 'right' },
  { heading: 'program', align: 'left' },
  { heading: 'sweeps', align: 'right' },
  { heading: 'seconds', align: 'right' },
  { heading: 'of processors', align: 'right' },
  { heading: 'a sweep', align: 'right' },
];

export const measureAls = (): Promise<void> =>
  inScratch(async ({ folder }) => {
    const lines: string[][] = [];
    for (const problem of [small, large]) {
      const data = ratingsOf(problem);
      const { options, sweeps } = problem;
      const explicit = { ...options, sweeps };
      const implicit = { ...explicit, lambda: 0.01, unseenWeight: 0.1 };
      const setups: readonly (readonly [string, () => Promise<Cost>])[] = [
        ['modelapp, explicit', () => costOf(explicitAls(data, explicit))],
        ['modelapp, explicit, 1 thread', () => costOf(explicitAls(data, explicit), 1)],
        ['modelapp, implicit', () => costOf(implicitAls(data, implicit))],
        ['numpy, explicit', () => costOfNumpy(data.interactions, problem, folder)],
      ];
      const ratings = data.interactions.values.length;
      for (const [name, measure] of setups) {
        const costs: Cost[] = [];
        for (let round = 0; round < rounds; round++) costs.push(await measure());
        const size = `${whole(problem.users)} × ${whole(problem.items)}`;
        const seconds = median(costs.map((cost) => cost.seconds));
        const busy = median(costs.map((cost) => cost.processorSeconds));
        const figures = [sweeps, seconds.toFixed(2), busy.toFixed(2), (seconds / sweeps).toFixed(3)];
        lines.push([whole(ratings), size, ...[options.rank, name, ...figures].map(String)]);
      }
    }
    console.log(`Alternating least squares, median of ${rounds}\n`);
    console.log(table(columns, lines));
    console.log(`\n${whole(process.resourceUsage().maxRSS / 1024)} MiB resident at most, ratings and all.`);
  });

function ratingsOf({ users, items, ratingsPerUser }: Problem): NamedInteractions {
  const builder = new InteractionBuilder();
  for (const { user, item, rating } of rate({ users, items, ratingsPerUser, seed: 1 })) {
    builder.add(String(user), String(item), rating);
  }
  return builder.build();
}

interface Cost {
  readonly seconds: number;
  /** Of all threads together: on a machine that does other things too, these tell more. */
  readonly processorSeconds: number;
}

/** From the start of the threads to the model. */
async function costOf(factorisation: Factorisation, threads?: number): Promise<Cost> {
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  await factoriseInThreads(factorisation, { threads });
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - startedAt) / 1000, processorSeconds: (user + system) / 1e6 };
}

async function costOfNumpy(
  interactions: Interactions,
  { options: { rank, lambda }, sweeps }: Problem,
  folder: string,
): Promise<Cost> {
  const file = join(folder, 'ratings');
  const users = new Int32Array(interactions.columns.length);
  for (let user = 0; user < rowCount(interactions); user++) {
    users.fill(user, interactions.offsets[user], interactions.offsets[user + 1]);
  }
  const parts = [users, interactions.columns, interactions.values];
  writeFileSync(file, Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))));
  const shape = [rowCount(interactions), interactions.width, rank, lambda, sweeps].map(String);
  const { printed } = await runCommand([python, 'bench/recommend/als.py', file, ...shape]);
  const [seconds, processorSeconds] = printed.split(' ').map(Number) as [number, number];
  return { seconds, processorSeconds };
}
