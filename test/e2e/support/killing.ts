import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../../learning/random';
import { type Answer, Load } from './load';
import { signal } from './place';
import { type ProductOptions, startProduct } from './product';

/** What SIGKILL hits: one request process, the process that supervises them, or all, the embedded database too. */
export type Victim = 'request process' | 'supervisor' | 'everything';

export interface Killing {
  readonly product: ProductOptions;
  /** One kill each, in random order. */
  readonly victims: readonly Victim[];
  readonly seed: number;
}

/** Longest time between a product that answers and the next kill, in milliseconds. */
const longestPauseMs = 400;

/**
 * Kills the product at random moments while a client loads it, and starts it again where need be.
 * @returns what the client was answered; all of it has been shipped, as far as it is in a spool
 */
export async function killUnderLoad({ product: options, victims, seed }: Killing): Promise<readonly Answer[]> {
  const random = new Random(seed);
  let product = await startProduct(options);

  async function strike(victim: Victim): Promise<void> {
    if (victim === 'request process') {
      const workers = product.workers();
      for (const worker of workers.slice(random.below(workers.length)).slice(0, 1)) signal(worker, 'SIGKILL');
      return;
    }
    await (victim === 'supervisor' ? product.killSupervisor() : options.place.kill());
    product = await startProduct(options);
  }

  const { answers } = await Load.during(product.url, { seed }, async (load) => {
    for (const victim of random.shuffle([...victims])) {
      await load.untilAnswered(50);
      await sleep(random.below(longestPauseMs));
      await strike(victim);
    }
  });
  await product.untilShipped();
  return answers;
}
