import { until } from '../../support/wait';
import { directScores } from './films';
import type { Instances } from './instances';

/** The solution of equations is as good as this. */
const tolerance = 1e-9;

const shown = 10;

/**
 * Where processes predict otherwise than the direct solution says, or otherwise than the first of them. Weights need a
 * moment to reach all processes; what differs for good differs after a while, too.
 */
export async function lastingDifferences(instances: Instances): Promise<readonly string[]> {
  await until('all observations are learnt', () => instances.haveLearnt());
  for (let looks = 0; ; looks += 1) {
    const found = await differences(instances);
    if (found.length === 0 || looks === mostLooks) return found.slice(0, shown);
  }
}

const mostLooks = 20;

async function differences({ all, pool }: Instances): Promise<readonly string[]> {
  const expected = await directScores(pool);
  const processes = (await Promise.all(all.map((instance) => instance.scores()))).flat();
  const [first] = processes;
  return processes.flatMap((scores, process) =>
    [...scores].flatMap(([pair, score]) => {
      const direct = expected.get(pair) as number;
      const isSame = score === first?.get(pair);
      const isRight = Math.abs(score - direct) <= tolerance * Math.max(1, Math.abs(direct));
      return isSame && isRight ? [] : [`process ${process}, ${pair}: ${score}, not ${direct}`];
    }),
  );
}
