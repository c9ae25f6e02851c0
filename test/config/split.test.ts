import fc from 'fast-check';
import { formatSplit, parseSplit, takingTraffic } from '../../config/split';
import { parseVersion } from '../../config/version';

const version = fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => parseVersion(parts.join('.')));
const entry = fc.record({ version, weight: fc.nat(999) });

/** Splits that every rule allows: 1 to 5 versions take traffic, others have weight 0. */
const split = fc
  .uniqueArray(entry, { minLength: 1, maxLength: 8, selector: (each) => each.version })
  .filter((entries) => entries.some(({ weight }) => weight > 0))
  .filter((entries) => entries.filter(({ weight }) => weight > 0).length <= 5);

const blanks = fc.constantFrom('', ' ', '  ', '\t');

test('a split reads as it was written, in its order', () => {
  fc.assert(
    fc.property(split, (entries) => {
      expect(parseSplit(formatSplit(entries))).toEqual(entries);
    }),
  );
});

test('blanks around versions and weights do not count', () => {
  fc.assert(
    fc.property(split, blanks, blanks, (entries, before, after) => {
      const text = entries
        .map(({ version, weight }) => `${before}${version}${after}:${before}${weight}${after}`)
        .join(',');

      expect(parseSplit(text)).toEqual(entries);
    }),
  );
});

test('whatever the text is, the answer is a split or an error of one line', () => {
  const texts = fc.oneof(
    fc.string(),
    fc
      .array(fc.constantFrom('1.2.0', '1.1.0', ':', ',', '0', '90', '-1', ' '), { maxLength: 12 })
      .map((p) => p.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        expect(takingTraffic(parseSplit(text)).length).toBeGreaterThan(0);
      } catch (error) {
        expect((error as Error).message).toMatch(/^(?!Cannot read).+/);
      }
    }),
  );
});

test('a version of weight 0 takes no traffic', () => {
  expect(takingTraffic(parseSplit('1.0.0:0,1.1.0:90,1.2.0:10'))).toEqual([
    { version: '1.1.0', weight: 90 },
    { version: '1.2.0', weight: 10 },
  ]);
});

test.each([
  ['0', 1],
  ['999', 999],
])('a weight may be %s', (weight) => {
  expect(parseSplit(`1.0.0:1,1.1.0:${weight}`)[1]?.weight).toBe(Number(weight));
});

test.each([
  ['', "'' is not VERSION:WEIGHT: write for example 1.1.0:90,1.2.0:10"],
  ['1.1.0', "'1.1.0' is not VERSION:WEIGHT"],
  ['1.1.0:', "'1.1.0:' is not VERSION:WEIGHT"],
  [':10', "':10' is not VERSION:WEIGHT"],
  ['1.1.0:90:10', "'1.1.0:90:10' is not VERSION:WEIGHT"],
  ['1.1.0=90', "'1.1.0=90' is not VERSION:WEIGHT"],
  ['1.1.0:90,', "'' is not VERSION:WEIGHT"],
  ['1.1:90', "'1.1' is not a version: write MAJOR.MINOR.PATCH"],
  ['01.1.0:90', "'01.1.0' is not a version"],
])("'%s' is refused as malformed", (text, message) => {
  expect(() => parseSplit(text)).toThrow(message);
});

test.each(['1000', '-1', '1.5', '010', '1e2', '50%', 'half'])("the weight '%s' is refused", (weight) => {
  expect(() => parseSplit(`1.1.0:90,1.2.0:${weight}`)).toThrow(
    `'1.2.0:${weight}': the weight '${weight}' is not a whole number from 0 to 999`,
  );
});

test('a repeated version is refused, even with weight 0', () => {
  expect(() => parseSplit('1.1.0:90,1.2.0:10,1.1.0:0')).toThrow("'1.1.0' stands there twice");
});

test('weights that are all 0 are refused', () => {
  expect(() => parseSplit('1.1.0:0,1.2.0:0')).toThrow('all weights are 0: at least one version has to take traffic');
});

test('more than five versions with a weight are refused', () => {
  const weights = (...all: number[]) => all.map((weight, minor) => `1.${minor}.0:${weight}`).join(',');

  expect(() => parseSplit(weights(1, 1, 1, 1, 1, 1))).toThrow(
    '6 versions would take traffic, but a load balancer splits between 5 at most',
  );
  expect(parseSplit(weights(1, 1, 1, 1, 1, 0))).toHaveLength(6);
});
