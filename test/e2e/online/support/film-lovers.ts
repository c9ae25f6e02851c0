import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../../../learning/random';
import { post } from '../../support/post';
import { until } from '../../support/wait';
import { items, model, pairOf, users } from './films';

/** Between two requests of a client. */
const longestPauseMs = 20;

/** What was sent of a user and an item: 1, 2, 3 and so on, one after the other. */
export interface SentScores {
  /** The last one that was sent. */
  sent: number;
  /** The last one whose storing was answered; 0 if none was. */
  answered: number;
}

/** An answer that may never come. */
export interface WrongAnswer {
  readonly path: string;
  readonly status: number;
  readonly text: string;
}

/** Clients that observe and predict, each request at any of the instances. */
export class FilmLovers {
  /** By user and item. */
  readonly scores = new Map<string, SentScores>();
  readonly wrong: WrongAnswer[] = [];
  #observed = 0;
  #running = true;
  readonly #random: Random;
  readonly #loops: readonly Promise<void>[];

  private constructor(
    private readonly urls: readonly string[],
    seed: number,
  ) {
    this.#random = new Random(seed);
    const kinds = [...users.map((user) => (agent: Agent) => this.#observe(agent, user)), this.#predict, this.#predict];
    this.#loops = kinds.map((ask) => this.#loop(ask));
  }

  /** Asks from before to after some work; lets the requests under way come to their end. */
  static async during(
    urls: readonly string[],
    seed: number,
    work: (lovers: FilmLovers) => Promise<void>,
  ): Promise<FilmLovers> {
    const lovers = new FilmLovers(urls, seed);
    try {
      await work(lovers);
    } finally {
      lovers.#running = false;
      await Promise.all(lovers.#loops);
    }
    return lovers;
  }

  /** Resolves when as many more observations were answered. */
  async untilObserved(count: number): Promise<void> {
    const before = this.#observed;
    await until(`${count} more observations are stored`, () => this.#observed >= before + count);
  }

  async #loop(ask: (agent: Agent) => Promise<void>): Promise<void> {
    // A connection each, so that all processes are asked.
    const agent = new Agent({ keepAlive: false });
    while (this.#running) {
      await ask(agent);
      await sleep(this.#random.below(longestPauseMs));
    }
    agent.destroy();
  }

  /** Of a user one after the other, so that it is known which was the last. */
  async #observe(agent: Agent, user: number): Promise<void> {
    const item = this.#anyOf(items);
    const pair = pairOf(user, item);
    const scores = this.scores.get(pair) ?? { sent: 0, answered: 0 };
    this.scores.set(pair, scores);
    scores.sent += 1;
    const score = scores.sent;
    if ((await this.#ask(agent, 'observe', { uid: user, context: item, score })) === undefined) return;
    scores.answered = score;
    this.#observed += 1;
  }

  readonly #predict = async (agent: Agent): Promise<void> => {
    const path = 'predict';
    const text = await this.#ask(agent, path, { uid: this.#anyOf(users), context: this.#anyOf(items) });
    if (text !== undefined && !Number.isFinite(JSON.parse(text))) this.wrong.push({ path, status: 200, text });
  };

  /** @returns undefined if the request failed as one may whose instance is killed or starts */
  async #ask(agent: Agent, path: string, body: object): Promise<string | undefined> {
    const { status, text } = await post(agent, `${this.#anyOf(this.urls)}/${path}/${model}`, JSON.stringify(body));
    if (status === 200) return text;
    if (status !== undefined && status !== 503) this.wrong.push({ path, status, text });
    return undefined;
  }

  #anyOf<T>(choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)] as T;
  }
}
