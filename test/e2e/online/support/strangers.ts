import { Agent } from 'node:http';
import { Random } from '../../../../learning/random';
import { post } from '../../support/post';
import { until } from '../../support/wait';
import { items, model } from './films';

/** One whom nobody observes, so that a revision alone says what is predicted. */
const stranger = 1_000;

/** Of `item` the score, or without one all items, best first. */
export interface StrangersAnswer {
  readonly revision: number;
  readonly item: number | undefined;
  readonly value: unknown;
}

/** Clients that ask without a pause what a user who was never observed would like, of all instances. */
export class Strangers {
  readonly answers: StrangersAnswer[] = [];
  readonly failures: unknown[] = [];
  #running = true;
  readonly #random: Random;
  readonly #loops: readonly Promise<void>[];

  private constructor(urls: readonly string[], seed: number) {
    this.#random = new Random(seed);
    this.#loops = [...urls, ...urls].map((url) => this.#loop(url));
  }

  /** Asks from before to after some work; lets the requests under way come to their end. */
  static async during(
    urls: readonly string[],
    seed: number,
    work: (strangers: Strangers) => Promise<void>,
  ): Promise<Strangers> {
    const strangers = new Strangers(urls, seed);
    try {
      await work(strangers);
    } finally {
      strangers.#running = false;
      await Promise.all(strangers.#loops);
    }
    return strangers;
  }

  /** Resolves when a revision answers. */
  async untilAnsweredBy(revision: number): Promise<void> {
    const before = this.answers.length;
    await until(`revision ${revision} answers`, () =>
      this.answers.slice(before).some((answer) => answer.revision === revision),
    );
  }

  async #loop(url: string): Promise<void> {
    // A connection each, so that all processes are asked.
    const agent = new Agent({ keepAlive: false });
    while (this.#running) {
      const item = this.#random.below(2) === 0 ? undefined : items[this.#random.below(items.length)];
      const [path, body] =
        item === undefined
          ? ['predict_top_k', { uid: stranger, k: items.length, context: items }]
          : ['predict', { uid: stranger, context: item }];
      const { status, headers, text } = await post(agent, `${url}/${path}/${model}`, JSON.stringify(body));
      if (status !== 200) this.failures.push({ path, status, text });
      else
        this.answers.push({
          revision: Number(headers['x-modelapp-revision']),
          item,
          value: JSON.parse(text) as unknown,
        });
    }
    agent.destroy();
  }
}
