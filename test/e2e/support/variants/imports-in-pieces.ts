/** Stands in for the import: what was copied is committed from time to time. */
import type { ClientBase } from 'pg';
import { EventCopy as RealEventCopy } from '../../../../service/events/transfer/event-copy';

export * from '../../../../service/events/transfer/event-copy';

const linesPerPiece = 100;

export class EventCopy extends RealEventCopy {
  readonly #client: ClientBase;
  #lines = 0;

  constructor(...[client, place]: ConstructorParameters<typeof RealEventCopy>) {
    super(client, place);
    this.#client = client;
  }

  override add(...event: Parameters<RealEventCopy['add']>): Promise<void> | undefined {
    this.#lines += 1;
    if (this.#lines % linesPerPiece > 0) return super.add(...event);
    return this.#commit().then(() => super.add(...event));
  }

  async #commit(): Promise<void> {
    await this.end();
    await this.#client.query('commit');
    await this.#client.query('begin');
  }
}
