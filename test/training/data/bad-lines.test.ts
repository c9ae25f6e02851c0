import fc from 'fast-check';
import { BadLineCount, describeBadLine, parseBadLineLimit, writeBadLineLimit } from '../../../training/data/bad-lines';

const line = { file: 'data.txt', line: 3, reason: "label 'x' is not a whole number" };
const minibatch = (lines: number, bad: number) => ({
  lines,
  bad: { count: bad, first: Array.from({ length: Math.min(5, bad) }, () => line) },
});

describe('--max-bad-lines', () => {
  test.each([
    ['0', { lines: 0 }],
    ['25', { lines: 25 }],
    ['1%', { share: 0.01 }],
    ['2.5%', { share: 0.025 }],
    ['100%', { share: 1 }],
  ])('reads %s', (text, limit) => {
    expect(parseBadLineLimit(text)).toEqual(limit);
  });

  test.each(['', '-1', '1.5', '101%', '%', 'all', '1 %'])('does not read %j', (text) => {
    expect(parseBadLineLimit(text)).toBeUndefined();
  });

  test('is written as it was read', () => {
    const hundredths = fc.integer({ min: 0, max: 10_000 }).map((n) => `${n / 100}%`);
    fc.assert(
      fc.property(fc.oneof(fc.nat().map(String), hundredths), (text) => {
        expect(writeBadLineLimit(parseBadLineLimit(text)!)).toBe(text);
      }),
    );
  });
});

describe('bad lines', () => {
  test('are borne up to a number, and refused beyond it at once, with the first of them', () => {
    const count = new BadLineCount({ lines: 3 });

    count.add(minibatch(10, 3));
    expect(() => count.add(minibatch(10, 1))).toThrow(
      expect.objectContaining({
        exitCode: 5,
        message: [
          '4 of 20 lines are bad, more than --max-bad-lines 3',
          ...Array(4).fill("data.txt:3: label 'x' is not a whole number"),
        ].join('\n'),
      }),
    );
  });

  test('are measured as a share from 1,000 lines on', () => {
    const count = new BadLineCount({ share: 0.01 });

    count.add(minibatch(999, 999));
    expect(() => count.add(minibatch(1, 0))).toThrow('999 of 1000 lines are bad, more than --max-bad-lines 1%');
  });

  test('are measured as a share at the end, however few lines there are', () => {
    const count = new BadLineCount();

    count.add(minibatch(99, 1));
    expect(() => count.finish()).toThrow('1 of 99 lines are bad, more than --max-bad-lines 1%');
    count.add(minibatch(1, 0));
    expect(() => count.finish()).not.toThrow();
  });

  test('may be any number, but one line has to be good', () => {
    const count = new BadLineCount({ share: 1 });

    count.add(minibatch(2, 2));
    expect(() => count.finish()).toThrow(expect.objectContaining({ exitCode: 5 }));
    expect(() => new BadLineCount().finish()).toThrow('there is no good line in the data');
  });

  test('are kept as examples, the first five', () => {
    const count = new BadLineCount({ share: 1 });

    count.add(minibatch(10, 3));
    count.add(minibatch(10, 7));
    expect(count).toMatchObject({ lines: 20, bad: 10, first: [line, line, line, line, line] });
    expect(describeBadLine(count.first[0]!)).toBe("data.txt:3: label 'x' is not a whole number");
  });
});
