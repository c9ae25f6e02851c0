import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../../../learning/random';
import { post } from '../../support/post';
import { until } from '../../support/wait';

/** What a client knows about the events of one request; each is known again by its entity's id. */
export interface SentEvents {
  readonly entityIds: readonly string[];
  /** `open`: the connection broke, or the server said that it does not know. */
  readonly answer: 'stored' | 'nothing stored' | 'open';
  /** Ids that the server answered with. */
  readonly eventIds: readonly string[];
}

/** A request whose answer was none of those that may come. */
export interface WrongAnswer {
  readonly status: number;
  readonly text: string;
}

export const batchSize = 20;

const nothingStored = 'The database is not available; nothing was stored.';
const notKnown = 'The outcome is not known; send it again with the same eventId.';

/** Clients that store events, one by one, in batches, and with ids of their own until they are told that it worked. */
export class EventLoad {
  readonly sent: SentEvents[] = [];
  readonly wrong: WrongAnswer[] = [];
  #running = true;
  #made = 0;
  readonly #random: Random;
  readonly #loops: Promise<void>[];

  private constructor(
    private readonly target: () => string,
    private readonly key: string,
    private readonly seed: number,
  ) {
    this.#random = new Random(seed);
    const kinds = ['single', 'single', 'single', 'batch', 'batch', 'own id', 'own id'] as const;
    this.#loops = kinds.map((kind) => this.#loop(kind));
  }

  /** Sends from before to after some work; lets the requests under way come to their end. */
  static async during(
    { url, key, seed }: { url: () => string; key: string; seed: number },
    work: (load: EventLoad) => Promise<void>,
  ): Promise<EventLoad> {
    const load = new EventLoad(url, key, seed);
    try {
      await work(load);
    } finally {
      load.#running = false;
      await Promise.all(load.#loops);
    }
    return load;
  }

  /** Resolves when as many more requests were answered that their events are stored. */
  async untilStored(count: number): Promise<void> {
    const stored = () => this.sent.filter(({ answer }) => answer === 'stored').length;
    const before = stored();
    await until(`${count} more requests are stored`, () => stored() >= before + count);
  }

  async #loop(kind: 'single' | 'batch' | 'own id'): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (this.#running) {
      const events = Array.from({ length: kind === 'batch' ? batchSize : 1 }, () => this.#newEvent(kind === 'own id'));
      let answer = await this.#send(agent, events);
      // An event with an id of its own is sent again until its client knows that it is there.
      while (kind === 'own id' && answer !== 'stored' && this.#running) {
        await sleep(20);
        answer = await this.#send(agent, events);
      }
      await sleep(this.#random.below(4));
    }
    agent.destroy();
  }

  #newEvent(ownId: boolean) {
    this.#made += 1;
    const entityId = `${this.seed}-${this.#made}`;
    const properties = { at: this.#made, text: 'x'.repeat(this.#random.below(200)) };
    return { ...(ownId && { eventId: entityId }), event: 'test', entityType: 'thing', entityId, properties };
  }

  async #send(agent: Agent, events: readonly { readonly entityId: string }[]): Promise<SentEvents['answer']> {
    const isBatch = events.length > 1;
    const path = `${isBatch ? '/batch/events.json' : '/events.json'}?accessKey=${this.key}`;
    const { status, text } = await post(agent, `${this.target()}${path}`, JSON.stringify(isBatch ? events : events[0]));
    const answer = this.#judge(status, text, events.length);
    const eventIds = answer === 'stored' ? [JSON.parse(text)].flat().map(({ eventId }) => eventId as string) : [];
    this.sent.push({ entityIds: events.map(({ entityId }) => entityId), answer, eventIds });
    if (answer !== 'stored') await sleep(10);
    return answer;
  }

  #judge(status: number | undefined, text: string, count: number): SentEvents['answer'] {
    if (status === undefined) return 'open';
    if (status === 201 && count === 1) return 'stored';
    if (status === 200 && count > 1 && text.split('"status":201').length === count + 1) return 'stored';
    const { message } = JSON.parse(text) as { message?: string };
    if (status === 503 && message === nothingStored) return 'nothing stored';
    if (status === 503 && message === notKnown) return 'open';
    this.wrong.push({ status, text });
    return 'open';
  }
}
