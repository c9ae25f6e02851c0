import { faultOf, format, parseLine, parseText } from '../support/plain-rows';

describe('SPARSE_BINARY', () => {
  const binary = format('SPARSE_BINARY');

  test('has keys in groups, all with the value 1', () => {
    expect(parseLine('1; 3 11 22; 4095 18446744073709551615;', binary)).toEqual({
      label: 1,
      importance: 1,
      entries: [
        [11n, 1],
        [22n, 1],
        [18446744073709551615n, 1],
      ],
    });
  });

  test.each([
    ['2147483647;', 1],
    ['+1;', 1],
    ['0;', -1],
    ['-7;', -1],
  ])('takes the label of %s as %d', (line, label) => {
    expect(parseLine(line, binary)).toEqual({ label, importance: 1, entries: [] });
  });

  test('splits at blanks and colons, and skips blank fields', () => {
    const { entries } = parseLine('1;;  ; 1:2\t3 ::4;5 6', binary);

    expect(entries.map(([key]) => key)).toEqual([2n, 3n, 4n, 6n]);
  });

  test.each([
    ['1', "label '1' is not followed by ';'"],
    ['1 ;', "label '1' is not followed by ';'"],
    ['x; 1 2;', "label 'x' is not a whole number"],
    ['1.5; 1 2;', "label '1.5' is not a whole number"],
    ['2147483648; 1 2;', "label '2147483648' is not a 32-bit number"],
    ['1; 0 2;', "group '0' is not from 1 to 4095"],
    ['1; 4096 2;', "group '4096' is not from 1 to 4095"],
    ['1; a 2;', "group 'a' is not a whole number from 0 to 2^64 - 1"],
    ['1; 1 -2;', "key '-2' is not a whole number from 0 to 2^64 - 1"],
    ['1; 1 2x;', "key '2x' is not a whole number from 0 to 2^64 - 1"],
    ['1; 1 18446744073709551616;', "key '18446744073709551616' is not a whole number from 0 to 2^64 - 1"],
  ])('refuses %s', (line, reason) => {
    expect(faultOf(line, binary)).toBe(reason);
  });
});

describe('SPARSE', () => {
  const sparse = format('SPARSE');

  test('has a value after each key', () => {
    expect(parseLine('-1; 3 11:.5 22:-2e-3; 4 5 6;', sparse).entries).toEqual([
      [11n, 0.5],
      [22n, -0.002],
      [5n, 6],
    ]);
  });

  test.each([
    ['1; 1 5;', "key '5' has no value"],
    ['1; 1 5:1 6;', "key '6' has no value"],
    ['1; 1 5:0x10;', "value '0x10' is not a finite number"],
    ['1; 1 5:1e999;', "value '1e999' is not a finite number"],
    ['1; 1 5:nan;', "value 'nan' is not a finite number"],
  ])('refuses %s', (line, reason) => {
    expect(faultOf(line, sparse)).toBe(reason);
  });
});

test('DENSE makes keys of the group and the position in it', () => {
  const group = 2n ** 32n;

  expect(parseLine('1; 3 .5 0 7; 4 1', format('DENSE')).entries).toEqual([
    [3n * group, 0.5],
    [3n * group + 1n, 0],
    [3n * group + 2n, 7],
    [4n * group, 1],
  ]);
});

describe('LIBSVM', () => {
  const libsvm = format('LIBSVM');

  test('has ids in any order, an id alone with the value 1', () => {
    expect(parseLine(' +1\t9:2.5  3 9:1', libsvm)).toEqual({
      label: 1,
      importance: 1,
      entries: [
        [9n, 2.5],
        [3n, 1],
        [9n, 1],
      ],
    });
  });

  test.each([
    ['1', 1],
    ['1.0', 1],
    ['0', -1],
    ['-1', -1],
  ])('takes the label %s as %d', (text, label) => {
    expect(parseLine(`${text} 1:1`, libsvm).label).toBe(label);
  });

  test('takes any number as label for the squared loss', () => {
    expect(parseLine('-12.75 1:1', format('LIBSVM', { anyLabel: true })).label).toBe(-12.75);
  });

  test('ends a line at #', () => {
    expect(parseLine('1 2:3#4:5', libsvm).entries).toEqual([[2n, 3]]);
    expect(parseText(['# nothing', '1 2:3 # 4:x'], libsvm)).toMatchObject({ badCount: 0, rows: [{ label: 1 }] });
  });

  test.each([
    ['2 1:1', "label '2' is not 1, 0 or -1; other labels need the loss SQUARE"],
    ['1:1 2:1', "id ':1' is not a whole number from 0 to 2^64 - 1"],
    ['1 1:', "value '' is not a finite number"],
    ['1 1: 2', "value '' is not a finite number"],
    ['1 1:2:3', "id ':3' is not a whole number from 0 to 2^64 - 1"],
    ['1 -1:2', "id '-1' is not a whole number from 0 to 2^64 - 1"],
    ['1 qid:2', "id 'qid' is not a whole number from 0 to 2^64 - 1"],
    ['1 1:2,5', "value '2,5' is not a finite number"],
    ['1 1:∞', "value '∞' is not a finite number"],
  ])('refuses %s', (line, reason) => {
    expect(faultOf(line, libsvm)).toBe(reason);
  });
});

describe('ADFEA', () => {
  const adfea = format('ADFEA');

  test('has a line id, a number, clicked or not, and keys with their groups', () => {
    const { rows, sparse } = parseText(['id-7 1 0 11:2 22:1', '8 1 1 11:1'], adfea);

    expect(rows).toEqual([
      {
        label: -1,
        importance: 1,
        entries: [
          [11n, 1],
          [22n, 1],
        ],
      },
      { label: 1, importance: 1, entries: [[11n, 1]] },
    ]);
    expect(sparse.groups).toEqual(Uint16Array.of(1, 1));
  });

  test.each([
    ['8 1', "clicked '' is not a whole number"],
    ['8 x 1 5:1', "second column 'x' is not a whole number"],
    ['8 1 1 5', "key '5' is not followed by ':group'"],
    ['8 1 1 5:4096', "group '4096' is not from 0 to 4095"],
  ])('refuses %s', (line, reason) => {
    expect(faultOf(line, adfea)).toBe(reason);
  });
});

describe('TERAFEA', () => {
  const terafea = format('TERAFEA');

  test('has keys whose highest ten bits are their group', () => {
    const key = (5n << 54n) + 123n;
    const { rows, sparse } = parseText([`1 77 | ${key} 9`], terafea);

    expect(rows[0]!.entries).toEqual([
      [key, 1],
      [9n, 1],
    ]);
    expect(sparse.groups).toEqual(Uint16Array.of(5, 0));
  });

  test.each([
    ['1 77 5', "there is no '|' after the line id"],
    ['x 77 | 5', "clicked 'x' is not a whole number"],
  ])('refuses %s', (line, reason) => {
    expect(faultOf(line, terafea)).toBe(reason);
  });
});

describe('CRITEO', () => {
  const criteo = format('CRITEO');
  const row = (changes: Record<number, string>) =>
    Array.from({ length: 40 }, (_, i) => changes[i] ?? (i === 0 ? '0' : '')).join('\t');
  const shift = 1418980313362273201n;

  test('makes the key of integer i from i and its value, 0 if it is empty', () => {
    const { label, entries } = parseLine(row({ 0: '1', 1: '7', 2: '-1', 3: '-3', 13: '4294967296' }), criteo);

    expect(label).toBe(1);
    expect(entries).toEqual(
      [7n, -1n, -3n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 4294967296n].map((value, i) => [
        BigInt.asUintN(64, shift * BigInt(i) + value),
        1,
      ]),
    );
  });

  test('makes the key of a string by its hash, and leaves short ones out', () => {
    const { entries } = parseLine(row({ 14: 'deadbeef', 15: '0123', 39: '0123abcd' }), criteo);

    expect(entries.slice(13)).toEqual([
      [8286300725115113720n, 1],
      [16167071864870542789n, 1],
    ]);
  });

  test('has groups 1 to 39', () => {
    const strings = Object.fromEntries(Array.from({ length: 26 }, (_, i) => [14 + i, `string ${i}`]));

    expect([...parseText([row(strings)], criteo).sparse.groups!]).toEqual(Array.from({ length: 39 }, (_, i) => i + 1));
  });

  test.each([
    [row({}).slice(0, -1), 'has 39 columns, not 40'],
    [`${row({})}\t`, 'has more than 40 columns'],
    [row({ 0: '' }), "label '' is not a whole number"],
    [row({ 0: '1 1' }), "label '1 1' is not a whole number"],
    [row({ 4: '1.5' }), "integer 4 '1.5' is not a whole number from 0 to 2^64 - 1"],
  ])('refuses %j', (line, reason) => {
    expect(faultOf(line, criteo)).toBe(reason);
  });
});
