import fc from 'fast-check';
import { type CutOptions, cutLines } from '../../../../training/data/lines/cut-lines';
import { CsvRecordEnds, PlainLineEnds } from '../../../../training/data/lines/line-ends';

const comma = 0x2c;

interface Cut {
  readonly text: string;
  readonly number: number;
}

async function* chunksOf(text: Buffer, borders: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [0, ...borders, text.length];
  for (let i = 1; i < places.length; i++) yield text.subarray(places[i - 1], places[i]);
}

/** The lines of a text that comes in chunks, batch by batch, and how far each batch goes. */
async function cut(text: string, borders: readonly number[], options: Partial<CutOptions> = {}) {
  const batches: Cut[][] = [];
  const offsets: number[] = [];
  const all: CutOptions = {
    start: 0,
    end: Number.POSITIVE_INFINITY,
    skipRest: false,
    skipLines: 0,
    maxLines: undefined,
    batchLines: 2,
    batchBytes: Number.POSITIVE_INFINITY,
    lineEnds: new PlainLineEnds(),
    ...options,
  };
  for await (const { bytes, extents, numbers, offset } of cutLines(chunksOf(Buffer.from(text), borders), all)) {
    const lines = Array.from(numbers, (number, i) => ({
      text: Buffer.from(bytes.subarray(extents[2 * i], extents[2 * i + 1])).toString(),
      number,
    }));
    batches.push(lines);
    offsets.push(offset);
  }
  return { batches, offsets };
}

describe('text is cut into lines', () => {
  const text = 'one\r\n\n  \ntwo\nthree\r\n\t\r\nfour\nfive';
  const expected = {
    batches: [
      [
        { text: 'one', number: 0 },
        { text: 'two', number: 3 },
      ],
      [
        { text: 'three', number: 4 },
        { text: 'four', number: 6 },
      ],
      [{ text: 'five', number: 7 }],
    ],
    offsets: [13, 28, 32],
  };

  test('wherever its chunks begin and end', async () => {
    for (let first = 0; first <= text.length; first++) {
      for (let second = first; second <= text.length; second++) {
        expect(await cut(text, [first, second])).toEqual(expected);
      }
    }
  });

  test('of any length, as a slow reader cuts it', async () => {
    const pieces = fc.array(fc.constantFrom('a', 'bb ', ' ', '\t', '\r', '\n', '\r\n', 'ü', 'x'.repeat(5000)), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(pieces, fc.array(fc.nat(), { maxLength: 4 }), async (some, places) => {
        const any = some.join('');
        const size = Buffer.byteLength(any);
        const borders = places.map((place) => place % (size + 1)).sort((a, b) => a - b);
        const { batches } = await cut(any, borders);

        const slow = any
          .split('\n')
          .map((line, number) => ({ text: line.replace(/\r$/, ''), number }))
          .filter((line) => !/^[ \t]*$/.test(line.text));
        expect(batches.flat()).toEqual(slow);
      }),
    );
  });

  test('up to a number of lines, without those at first', async () => {
    const { batches } = await cut(text, [], { maxLines: 2, skipLines: 1, batchLines: 10 });

    expect(batches.flat().map((line) => line.text)).toEqual(['two', 'three']);
    expect((await cut(text, [], { maxLines: 0 })).batches).toEqual([]);
  });

  test('that start before a place, without the rest of a line before', async () => {
    const { batches } = await cut(text, [], { skipRest: true, end: 20, batchLines: 10 });

    expect(batches.flat().map((line) => line.text)).toEqual(['two', 'three']);
  });

  test('in batches of so many bytes', async () => {
    const { batches } = await cut('aa\nbb\ncc\ndd\n', [], { batchLines: 10, batchBytes: 6 });

    expect(batches.map((lines) => lines.map((line) => line.text))).toEqual([
      ['aa', 'bb'],
      ['cc', 'dd'],
    ]);
  });

  test.each(['\ufeffone\ntwo\n', '\ufeffone\ntwo', '\ufeff\none\ntwo', '\ufeff'])(
    'without the byte order mark of %j, wherever its chunks begin and end',
    async (marked) => {
      const size = Buffer.byteLength(marked);
      for (let first = 0; first <= size; first++) {
        for (let second = first; second <= size; second++) {
          const { batches, offsets } = await cut(marked, [first, second], { batchLines: 10 });

          const lines = marked.slice(1).split('\n').filter(Boolean);
          expect(batches.flat().map((line) => line.text)).toEqual(lines);
          expect(offsets).toEqual(lines.length > 0 ? [size] : []);
        }
      }
    },
  );

  test('with a byte order mark that does not stand at the beginning of the file', async () => {
    const later = 'one\n\ufefftwo\n';

    expect((await cut(later, [])).batches.flat().map((line) => line.text)).toEqual(['one', '\ufefftwo']);
    const [batch] = (await cut('\ufefftwo\n', [], { start: 4 })).batches;
    expect(batch!.map((line) => line.text)).toEqual(['\ufefftwo']);
  });

  test('of which too long ones are kept just long enough to show it', async () => {
    const long = `short\n${'x'.repeat(100)}\nend\n`;
    const borders = Array.from({ length: long.length }, (_, i) => i);
    const { batches, offsets } = await cut(long, borders, { maxLineBytes: 10 });

    expect(batches.flat().map((line) => line.text)).toEqual(['short', 'x'.repeat(11), 'end']);
    expect(offsets.at(-1)).toBe(long.length);
  });
});

describe('CSV is cut into records', () => {
  const records = ['a,b', '"x\ny","say ""hi"""', '"",""', 'c,"\n\n"', '"q","r"'];
  const text = `${records.join('\n')}\n`;

  test('that may hold line ends in quotes, wherever its chunks begin and end', async () => {
    for (let first = 0; first <= text.length; first++) {
      const { batches } = await cut(text, [first], { lineEnds: new CsvRecordEnds(comma) });

      expect(batches.flat()).toEqual([0, 1, 3, 4, 7].map((number, i) => ({ text: records[i], number })));
    }
  });

  test('of which the first begins in quotes after a byte order mark', async () => {
    const marked = '\ufeff"x\ny",b\n';
    for (let first = 0; first <= Buffer.byteLength(marked); first++) {
      const { batches } = await cut(marked, [first], { lineEnds: new CsvRecordEnds(comma) });

      expect(batches.flat().map((record) => record.text)).toEqual(['"x\ny",b']);
    }
  });

  test('that end with their line if a quote stands where none may', async () => {
    const { batches } = await cut('5" pipe,1\nnext,2\n', [], { lineEnds: new CsvRecordEnds(comma) });

    expect(batches.flat().map((record) => record.text)).toEqual(['5" pipe,1', 'next,2']);
  });
});
