import type { DuplicateIndex } from '../predictions/duplicate-index';
import type { InstanceChannel } from './instance-channel';
import type { Claim, FromWorker, Question, Questions, ToWorker } from './messages';

interface Waiting {
  resolve(answer: never): void;
  reject(error: Error): void;
}

/**
 * A request process's line to its supervisor. The claims of one turn of the event loop go in one message, as asking for
 * each alone would cost more than the prediction. The only process of an instance keeps the index itself and asks nobody.
 */
export class WorkerChannel implements InstanceChannel {
  readonly #own: DuplicateIndex | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #claims: { claim: Claim; resolve(first: string | undefined): void; reject(error: Error): void }[] = [];

  /** @param own the index of repeated requests, if this process is the only one of its instance */
  constructor(own?: DuplicateIndex) {
    this.#own = own;
    process.on('message', (message: ToWorker) => this.#receive(message));
  }

  claim(id: string, requestTimeMicros: number, predictionId: string): string | undefined | Promise<string | undefined> {
    if (this.#own) return this.#own.claim({ id, requestTimeMicros }, predictionId);
    return new Promise((resolve, reject) => {
      if (this.#claims.length === 0) setImmediate(() => this.#sendClaims());
      const claim = { id, requestTimeMicros, predictionId };
      this.#claims.push({ claim, resolve, reject });
    });
  }

  release(id: string, requestTimeMicros: number): void {
    if (this.#own) this.#own.release({ id, requestTimeMicros });
    else send({ kind: 'release', claim: { id, requestTimeMicros } });
  }

  async ship(): Promise<void> {
    await this.#ask('ship', null);
  }

  metrics(): Promise<string> {
    return this.#ask('metrics', null);
  }

  stop(): void {
    send({ kind: 'stop' });
  }

  #sendClaims(): void {
    const claims = this.#claims;
    this.#claims = [];
    this.#ask(
      'claim',
      claims.map(({ claim }) => claim),
    ).then(
      (firsts) => {
        for (const [i, { resolve }] of claims.entries()) resolve(firsts[i] ?? undefined);
      },
      (error) => {
        for (const { reject } of claims) reject(error);
      },
    );
  }

  #ask<Q extends Question>(question: Q, ask: Questions[Q]['ask']): Promise<Questions[Q]['answer']> {
    return new Promise((resolve, reject) => {
      const call = ++this.#calls;
      this.#waiting.set(call, { resolve: resolve as Waiting['resolve'], reject });
      send({ kind: 'ask', question, call, ask } as FromWorker);
    });
  }

  #receive(message: ToWorker): void {
    if (message.kind !== 'answer' && message.kind !== 'refused') return;
    const waiting = this.#waiting.get(message.call);
    this.#waiting.delete(message.call);
    if (message.kind === 'answer') waiting?.resolve(message.answer as never);
    else waiting?.reject(new Error(message.reason));
  }
}

/** Tells the supervisor something; a supervisor that is gone hears nothing, and its end ends this process too. */
export function send(message: FromWorker): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}
