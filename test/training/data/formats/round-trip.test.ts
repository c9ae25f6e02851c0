import fc from 'fast-check';
import type { LineFormat } from '../../../../training/data/formats/create-parser';
import type { CsvColumn } from '../../../../training/data/formats/csv/csv-columns';
import { csvDefaults, format, type PlainRow, parseText } from '../support/plain-rows';
import { slowHash } from '../support/slow-hash';

const key = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const value = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);
const group = fc.integer({ min: 1, max: 4095 });
const sign = fc.constantFrom(1, -1);
/** Text that no format gives a meaning to. */
const word = fc.stringMatching(/^[a-zäß_-]{5,12}$/);
const blank = fc.constantFrom(' ', '\t', '  ');

interface Written {
  readonly line: string;
  readonly row: PlainRow;
}

const row = (label: number, entries: PlainRow['entries'], importance = 1): PlainRow => ({ label, importance, entries });
const list = <T>(items: fc.Arbitrary<T>) => fc.array(items, { maxLength: 8 });

/** Of one kind of data both a row and the line that says it, written by the test itself. */
const formats: readonly (readonly [string, LineFormat, fc.Arbitrary<Written>])[] = [
  [
    'SPARSE_BINARY',
    format('SPARSE_BINARY'),
    fc.tuple(sign, list(fc.tuple(group, list(key)))).map(([label, groups]) => ({
      line: `${label};${groups.map(([id, keys]) => [id, ...keys].join(' ')).join(';')};`,
      row: row(
        label,
        groups.flatMap(([, keys]) => keys.map((one) => [one, 1] as const)),
      ),
    })),
  ],
  [
    'SPARSE',
    format('SPARSE'),
    fc.tuple(sign, list(fc.tuple(group, list(fc.tuple(key, value))))).map(([label, groups]) => ({
      line: `${label};${groups.map(([id, pairs]) => [id, ...pairs.map((pair) => pair.join(':'))].join(' ')).join(';')};`,
      row: row(
        label,
        groups.flatMap(([, pairs]) => pairs),
      ),
    })),
  ],
  [
    'DENSE',
    format('DENSE'),
    fc.tuple(sign, list(fc.tuple(group, list(value)))).map(([label, groups]) => ({
      line: `${label};${groups.map(([id, values]) => [id, ...values].join(' ')).join(';')};`,
      row: row(
        label,
        groups.flatMap(([id, values]) => values.map((one, i) => [BigInt(id) * 2n ** 32n + BigInt(i), one] as const)),
      ),
    })),
  ],
  [
    'LIBSVM',
    format('LIBSVM', { anyLabel: true }),
    fc.tuple(value, list(fc.tuple(key, value)), blank).map(([label, pairs, between]) => ({
      line: [label, ...pairs.map((pair) => pair.join(':'))].join(between),
      row: row(label, pairs),
    })),
  ],
  [
    'ADFEA',
    format('ADFEA'),
    fc.tuple(key, sign, list(fc.tuple(key, group))).map(([id, label, pairs]) => ({
      line: [id, 1, label > 0 ? 1 : 0, ...pairs.map((pair) => pair.join(':'))].join(' '),
      row: row(
        label,
        pairs.map(([one]) => [one, 1] as const),
      ),
    })),
  ],
  [
    'TERAFEA',
    format('TERAFEA'),
    fc.tuple(key, sign, list(key)).map(([id, label, keys]) => ({
      line: `${label > 0 ? 1 : 0} ${id} | ${keys.join(' ')}`,
      row: row(
        label,
        keys.map((one) => [one, 1] as const),
      ),
    })),
  ],
  [
    'CRITEO',
    format('CRITEO'),
    fc
      .tuple(
        sign,
        fc.array(fc.option(fc.maxSafeInteger()), { minLength: 13, maxLength: 13 }),
        fc.array(fc.option(word), { minLength: 26, maxLength: 26 }),
      )
      .map(([label, integers, strings]) => ({
        line: [label > 0 ? 1 : 0, ...integers.map((one) => one ?? ''), ...strings.map((one) => one ?? '')].join('\t'),
        row: row(label, [
          ...integers.map(
            (one, i) => [BigInt.asUintN(64, 1418980313362273201n * BigInt(i) + BigInt(one ?? 0)), 1] as const,
          ),
          ...strings.flatMap((one) => (one === null ? [] : [[slowHash(one), 1] as const])),
        ]),
      })),
  ],
  [
    'VW',
    format('VW'),
    fc
      .tuple(sign, fc.double({ min: 0, max: 100, noNaN: true }), list(fc.tuple(word, list(fc.tuple(word, value)))))
      .filter(([, , spaces]) => spaces.length > 0)
      .map(([label, importance, spaces]) => ({
        line: `${label} ${importance} ${spaces
          .map(([space, pairs]) => `|${[space, ...pairs.map((pair) => pair.join(':'))].join(' ')}`)
          .join(' ')}`,
        row: row(
          label,
          spaces.flatMap(([space, pairs]) => pairs.map(([name, one]) => [slowHash(`${space}^${name}`), one] as const)),
          importance,
        ),
      })),
  ],
];

describe.each(formats)('%s', (_name, lineFormat, written) => {
  test('gives the rows that were written, in their order', () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 5 }), (rows) => {
        const parsed = parseText(
          rows.map(({ line }) => line),
          lineFormat,
        );

        expect(parsed.reasons).toEqual([]);
        expect(parsed.rows).toEqual(rows.map((one) => one.row));
      }),
    );
  });
});

test('CSV gives the values that were written, whatever is in them', () => {
  const columns: readonly CsvColumn[] = [
    { name: 'label', kind: 'label' },
    { name: 'size', kind: 'numeric' },
    { name: 'text', kind: 'text' },
  ];
  const lineFormat = format('CSV', { csv: csvDefaults, columns });
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  fc.assert(
    fc.property(sign, value, fc.string({ unit: 'grapheme' }), (label, size, text) => {
      const { rows } = parseText([`${label === 1 ? '1' : 'no'},${size},${quoted(text)}`], lineFormat);
      const expected = [[slowHash('size'), size] as const, [slowHash(`text=${text}`), 1] as const];

      expect(rows).toEqual([row(label, text === '' ? expected.slice(0, 1) : expected)]);
    }),
  );
});
