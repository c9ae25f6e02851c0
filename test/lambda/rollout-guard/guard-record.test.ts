import fc from 'fast-check';
import {
  emptyRecord,
  type GuardRecord,
  parseGuardRecord,
  type Removal,
  withRemovals,
} from '../../../lambda/rollout-guard/guard-record';

const weights = fc.dictionary(fc.constantFrom('1.0.0', '1.1.0', '1.2.0'), fc.integer({ min: 0, max: 999 }));
const time = fc.constantFrom('2026-05-04T12:00:00.000Z', '2026-05-04T13:00:00.000Z');
const removal: fc.Arbitrary<Removal> = fc.record({
  version: fc.constantFrom('1.0.0', '1.1.0', '1.2.0'),
  alarm: fc.string(),
  firedAt: time,
  reason: fc.string(),
  at: time,
  before: weights,
  after: weights,
  announced: fc.boolean(),
});
const record: fc.Arbitrary<GuardRecord> = fc.record({ split: weights, removals: fc.array(removal) });

test('what is written is read again', () => {
  fc.assert(
    fc.property(record, (written) => {
      expect(parseGuardRecord(JSON.stringify(written))).toEqual(JSON.parse(JSON.stringify(written)));
    }),
  );
});

test.each([
  ['{', 'it is not JSON'],
  ['[]', 'it must be object'],
  ['{"split":{},"removals":[{}]}', '/removals/0 must have required properties version'],
  ['{"split":{"1.0.0":"many"},"removals":[]}', '/split/1.0.0 must be integer'],
])('the text %s is refused by name of the fault', (text, fault) => {
  expect(() => parseGuardRecord(text)).toThrow(`the rollout guard's record cannot be read: ${fault}`);
});

test('of each version the removal that fired last stays, announced if either is', () => {
  fc.assert(
    fc.property(fc.array(removal), (removals) => {
      const kept = withRemovals(emptyRecord({}), removals).removals;

      for (const { version, firedAt, announced } of kept) {
        const same = removals.filter((other) => other.version === version);
        const last = same
          .map((other) => other.firedAt)
          .sort()
          .at(-1);
        expect(firedAt).toBe(last);
        expect(announced).toBe(same.some((other) => other.firedAt === last && other.announced));
      }
      expect(new Set(kept.map(({ version }) => version))).toEqual(new Set(removals.map(({ version }) => version)));
    }),
  );
});
