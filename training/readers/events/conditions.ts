import type { EventSource } from '../../../config/models/data-source';
import type { EventPlace } from './event-place';

/** The conditions of a query, with the values that they need. */
export class Conditions {
  readonly values: unknown[] = [];
  readonly #texts: string[] = [];

  /** Adds a condition; `$` stands for the value. */
  add(text: string, value: unknown): this {
    this.values.push(value);
    this.#texts.push(text.replace('$', () => `$${this.values.length}`));
    return this;
  }

  toString(): string {
    return this.#texts.join(' and ');
  }
}

/** The conditions that all events of a source meet. */
export function conditionsOf(
  { app, channel }: EventPlace,
  { startTime, untilTime }: Pick<EventSource, 'startTime' | 'untilTime'>,
): Conditions {
  const conditions = new Conditions().add('app = $', app).add('channel = $', channel);
  if (startTime !== undefined) conditions.add('event_time >= $::timestamptz', startTime);
  if (untilTime !== undefined) conditions.add('event_time < $::timestamptz', untilTime);
  return conditions;
}
