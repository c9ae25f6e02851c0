import fc from 'fast-check';
import { table } from '../../bin/output';

test('columns are as wide as their widest cell, two spaces apart', () => {
  expect(
    table([
      ['version', 'state'],
      ['1.10.0', 'CREATE_COMPLETE'],
      ['1.2.0', 'x'],
    ]),
  ).toBe('version  state\n1.10.0   CREATE_COMPLETE\n1.2.0    x');
});

test('no line ends with spaces', () => {
  expect(
    table([
      ['a', 'long cell'],
      ['b', ''],
    ]),
  ).toBe('a  long cell\nb');
});

test('rows may be shorter than others', () => {
  expect(table([['a'], ['bb', 'c', 'd'], ['', 'e']])).toBe('a\nbb  c  d\n    e');
});

test('nothing is an empty text', () => {
  expect(table([])).toBe('');
});

test('each cell starts in its column, whatever the others hold', () => {
  const cell = fc.stringMatching(/^[!-~]{1,8}$/);
  const rows = fc
    .integer({ min: 1, max: 5 })
    .chain((columns) =>
      fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 6 }),
    );

  fc.assert(
    fc.property(rows, (cells) => {
      const lines = table(cells).split('\n');
      const starts = cells[0]!.map((_, column) =>
        cells[0]!
          .slice(0, column)
          .reduce((sum, __, before) => sum + 2 + Math.max(...cells.map((row) => row[before]!.length)), 0),
      );

      expect(lines).toHaveLength(cells.length);
      for (const [row, line] of lines.entries()) {
        for (const [column, start] of starts.entries()) {
          const text = cells[row]![column]!;
          expect(line.slice(start, start + text.length)).toBe(text);
        }
      }
    }),
  );
});
