import fc from 'fast-check';
import { DuplicateIndex, type RequestKey } from '../../../service/predictions/duplicate-index';

const key = (id: string, requestTimeMicros = 1): RequestKey => ({ id, requestTimeMicros });
const predictionId = (n: number): string => `0193509e-8f0f-7b7b-8d6d-${n.toString(16).padStart(12, '0')}`;

describe('DuplicateIndex', () => {
  test('answers a repeated claim with the prediction that made the first one', () => {
    const index = new DuplicateIndex(10);
    index.claim(key('a'), predictionId(1));

    expect(index.claim(key('a'), predictionId(2))).toBe(predictionId(1));
  });

  test('tells apart the same id at another time', () => {
    const index = new DuplicateIndex(10);
    index.claim(key('a', 1), predictionId(1));

    expect(index.claim(key('a', 2), predictionId(2))).toBeUndefined();
  });

  test('lets a released pair be claimed again', () => {
    const index = new DuplicateIndex(10);
    index.claim(key('a'), predictionId(1));
    index.release(key('a'));

    expect(index.claim(key('a'), predictionId(2))).toBeUndefined();
  });

  test('remembers nothing with a capacity of 0', () => {
    const index = new DuplicateIndex(0);
    index.claim(key('a'), predictionId(1));
    index.release(key('a'));

    expect([index.claim(key('a'), predictionId(2)), index.addOlder(key('b'), predictionId(3))]).toEqual([
      undefined,
      false,
    ]);
  });

  test('takes older claims until it is full and forgets them first', () => {
    const index = new DuplicateIndex(3);
    index.claim(key('new'), predictionId(1));
    const taken = ['old', 'older', 'oldest'].map((id, i) => index.addOlder(key(id), predictionId(2 + i)));

    index.claim(key('newest'), predictionId(5));

    expect(taken).toEqual([true, true, false]);
    expect(index.claim(key('old'), predictionId(6))).toBe(predictionId(2));
    expect(index.claim(key('older'), predictionId(7))).toBeUndefined();
  });

  test('does what a list of the newest claims would do, whatever is claimed and released', () => {
    const action = fc.record({
      kind: fc.constantFrom('claim', 'claim', 'claim', 'addOlder', 'release'),
      id: fc.integer({ min: 0, max: 25 }).map(String),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.array(action, { maxLength: 200 }), (capacity, actions) => {
        const index = new DuplicateIndex(capacity);
        const model = new ListOfClaims(capacity);
        actions.forEach(({ kind, id }, n) => {
          const run = (subject: DuplicateIndex | ListOfClaims) =>
            kind === 'release' ? subject.release(key(id)) : subject[kind as 'claim'](key(id), predictionId(n));
          expect(run(index)).toBe(run(model));
        });
      }),
    );
  });
});

/** The same by a plain list: a place that was given up stays a place. */
class ListOfClaims {
  #claims: { id: string | undefined; prediction: string }[] = [];
  constructor(private readonly capacity: number) {}

  claim({ id }: RequestKey, prediction: string): string | undefined {
    const first = this.#find(id);
    if (first) return first.prediction;
    this.#claims.push({ id, prediction });
    if (this.#claims.length > this.capacity) this.#claims.shift();
    return undefined;
  }

  addOlder({ id }: RequestKey, prediction: string): boolean {
    if (this.#claims.length === this.capacity) return false;
    if (!this.#find(id)) this.#claims.unshift({ id, prediction });
    return true;
  }

  release({ id }: RequestKey): void {
    const claim = this.#find(id);
    if (claim) claim.id = undefined;
  }

  #find(id: string) {
    return this.#claims.find((claim) => claim.id === id);
  }
}
