import { maxKeyLength } from '../predictions/record-line';

/** What a user thought of an item. */
export interface Observation {
  /** At most `maxKeyLength` characters. */
  readonly user: string;
  /** An item's id, or a text of any length for models of texts. */
  readonly item: string;
  /** Finite. */
  readonly score: number;
}

/** An observation that the database cannot hold; HTTP 400. */
export class UnstorableObservationError extends Error {
  override readonly name = 'UnstorableObservationError';
  constructor(
    readonly field: keyof Observation,
    readonly reason: string,
  ) {
    super(`${field}: ${reason}`);
  }
}

/** Half of a pair would become another character, and two texts one. */
const unstorable = /\0|\p{Surrogate}/u;

/** @throws {UnstorableObservationError} */
export function checkObservation({ user, item, score }: Observation): void {
  if (user.length > maxKeyLength) {
    throw new UnstorableObservationError('user', `is longer than ${maxKeyLength} characters`);
  }
  for (const [field, text] of [['user', user] as const, ['item', item] as const]) {
    if (unstorable.test(text)) throw new UnstorableObservationError(field, 'holds U+0000 or half of a surrogate pair');
  }
  if (!Number.isFinite(score)) throw new UnstorableObservationError('score', 'is no finite number');
}
