import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { MinibatchReader } from '../../../training/data/minibatch-reader';
import type { Part } from '../../../training/data/part';
import { dataConf, filePart, readAll, readerOptions } from './support/data-conf';
import { plainRows } from './support/plain-rows';

const libsvm = dataConf('LIBSVM');
const lines = (count: number) => Array.from({ length: count }, (_, i) => `${i % 2 ? 1 : -1} ${i + 1}:1`);
const text = (count: number) => `${lines(count).join('\n')}\n`;
/** What the rows of a file of `lines` are told apart by: their only key. */
const ids = (minibatches: Awaited<ReturnType<typeof readAll>>) =>
  minibatches.flatMap((minibatch) => plainRows(minibatch).map(({ entries }) => Number(entries[0]![0])));

describe('minibatches of a file', () => {
  test('have as many lines as asked for, and the last one the rest', async () => {
    const minibatches = await readAll([filePart(text(25))], libsvm, { minibatch: 10 });

    expect(minibatches.map(({ labels }) => labels.length)).toEqual([10, 10, 5]);
    expect(ids(minibatches)).toEqual(lines(25).map((_, i) => i + 1));
  });

  test('end with their file', async () => {
    const minibatches = await readAll([filePart(text(3)), filePart(text(2))], libsvm, { minibatch: 10 });

    expect(minibatches.map(({ labels }) => labels.length)).toEqual([3, 2]);
  });

  test('number keys in the order in which they first appear', async () => {
    const [minibatch] = await readAll([filePart('1 7:2 5:3\n-1 5:1 9:1 7:4\n')], libsvm);

    expect(minibatch).toMatchObject({
      labels: Float64Array.of(1, -1),
      offsets: Uint32Array.of(0, 2, 5),
      features: Uint32Array.of(0, 1, 1, 2, 0),
      values: Float64Array.of(2, 3, 1, 1, 4),
      keys: Uint32Array.of(7, 0, 5, 0, 9, 0),
      importances: undefined,
      groups: undefined,
    });
  });

  test('have no values if all are 1', async () => {
    const [minibatch] = await readAll([filePart('1 7:1 5\n')], libsvm);

    expect(minibatch!.values).toBeUndefined();
  });

  test('tell the lowest group of each key if asked to', async () => {
    const part = filePart('1;9 100 200;3 200;\n-1;5 100;\n');
    const [minibatch] = await readAll([part], dataConf('SPARSE_BINARY'), { groups: true });

    expect(minibatch!.groups).toEqual(Uint16Array.of(5, 3));
  });

  test('are none of an empty file', async () => {
    expect(await readAll([filePart('')], libsvm)).toEqual([]);
  });

  test('take lines that end in \\r\\n, and a last line that does not end', async () => {
    expect(ids(await readAll([filePart('1 1:1\r\n\r\n  \n1 2:1\n1 3:1')], libsvm))).toEqual([1, 2, 3]);
  });

  test('take what stands after a byte order mark, plain and packed', async () => {
    const marked = Buffer.from('\ufeff1 1:1\n1 2:1\n');

    expect(ids(await readAll([filePart(marked)], libsvm))).toEqual([1, 2]);
    expect(ids(await readAll([filePart(gzipSync(marked), 'data.gz')], libsvm))).toEqual([1, 2]);
  });

  test('leave keys of bad lines out', async () => {
    const [minibatch] = await readAll([filePart('1 5:1 6:x\n1 7:1\n')], libsvm);

    expect(minibatch).toMatchObject({ keys: Uint32Array.of(7, 0), lines: 2 });
  });

  test('tell of bad lines by their file and line', async () => {
    const part = filePart('1 1:1\n\n1 2:x\n2 3:1\n');
    const [minibatch] = await readAll([part], libsvm);

    expect(minibatch!.bad).toEqual({
      count: 2,
      first: [
        { file: part.file.name, line: 3, reason: "value 'x' is not a finite number" },
        { file: part.file.name, line: 4, reason: "label '2' is not 1, 0 or -1; other labels need the loss SQUARE" },
      ],
    });
  });

  test('end after the lines of a file that are asked for', async () => {
    const data = dataConf('LIBSVM', { maxLinesPerFile: 7 });
    const minibatches = await readAll([filePart(text(20)), filePart(text(3))], data, { minibatch: 5 });

    expect(ids(minibatches)).toEqual([1, 2, 3, 4, 5, 6, 7, 1, 2, 3]);
  });
});

describe('parts of a file', () => {
  const content = '1 1:1\n\r\n-1 2:1\r\n\n1 3:1\n1 44444:1';
  const expected = [1, 2, 3, 44444];
  const borders = fc.array(fc.nat({ max: content.length }), { maxLength: 6 }).map((some) => {
    return [0, ...some.sort((a, b) => a - b), content.length];
  });

  test('give every line exactly once, wherever they begin and end', async () => {
    const whole = filePart(content);
    await fc.assert(
      fc.asyncProperty(borders, async (places) => {
        const parts = places.slice(1).map((end, i): Part => ({ file: whole.file, start: places[i]!, end }));

        expect(ids(await readAll(parts, libsvm))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('tell of bad lines by their line in the file', async () => {
    const whole = filePart('1 1:1\n1 2:1\n1 3:1\n1 4:y\n');
    const second = { ...whole, start: 13 };
    const [minibatch] = await readAll([second], libsvm);

    expect(minibatch!.bad.first).toEqual([expect.objectContaining({ line: 4 })]);
  });
});

describe('a part that another reader takes over', () => {
  const content = `${lines(40).join('\n\n')}\n`;
  const kinds = [
    ['plain text', filePart(content), libsvm],
    ['packed text', filePart(gzipSync(content), 'data.gz'), libsvm],
    ['shuffled text', filePart(content), dataConf('LIBSVM', { shuffle: true })],
    ['the first lines of a file', filePart(content), dataConf('LIBSVM', { maxLinesPerFile: 30 })],
    ['CSV', filePart(`label,a\n${lines(40).join('\n').replaceAll(' ', ',')}\n`), dataConf('CSV')],
  ] as const;

  test.each(kinds)('goes on in %s after any minibatch as if it had never been left', async (_kind, part, data) => {
    const whole = await readAll([part], data, { minibatch: 7 });

    expect(whole.length).toBeGreaterThan(3);
    for (const [i, { offset }] of whole.entries()) {
      expect(await readAll([part], data, { minibatch: 7 }, { from: offset })).toEqual(whole.slice(i + 1));
    }
  });
});

describe('packed files', () => {
  const packed = Buffer.concat([gzipSync(text(10)), gzipSync(text(5)), gzipSync('1 99:1')]);

  test('are unpacked, with all their members', async () => {
    expect(ids(await readAll([filePart(packed, 'data.gz')], libsvm))).toEqual([
      ...lines(10).map((_, i) => i + 1),
      ...lines(5).map((_, i) => i + 1),
      99,
    ]);
  });

  test('that are truncated are refused wherever they end inside a member', async () => {
    const one = gzipSync(text(3));
    for (let length = 1; length < one.length; length++) {
      const part = filePart(one.subarray(0, length), 'data.gz');

      await expect(readAll([part], libsvm)).rejects.toMatchObject({
        exitCode: 5,
        message: `${part.file.name}: is truncated; the packed data ends too early`,
      });
    }
  });

  test('that are damaged are refused', async () => {
    const part = filePart('1 1:1\n', 'data.gz');

    await expect(readAll([part], libsvm)).rejects.toMatchObject({
      exitCode: 5,
      message: `${part.file.name}: is no gzip file, or is damaged`,
    });
  });
});

describe('shuffled lines', () => {
  const shuffled = dataConf('LIBSVM', { shuffle: true });
  const part = filePart(text(100));

  test('are all there, in another order in each pass and the same order each time', async () => {
    const [first, again, second] = [0, 0, 1].map((pass) => readAll([part], shuffled, { minibatch: 30 }, { pass }));

    expect(ids(await first!)).toEqual(ids(await again!));
    expect(ids(await first!)).not.toEqual(ids(await second!));
    expect(ids(await first!).sort((a, b) => a - b)).toEqual(lines(100).map((_, i) => i + 1));
    expect((await first!).map(({ labels }) => labels.length)).toEqual([30, 30, 30, 10]);
  });

  test('are bad in the line of the file where they stand', async () => {
    const bad = filePart(`${text(50)}1 x\n${text(49)}`);
    const minibatches = await readAll([bad], shuffled);

    expect(minibatches.flatMap(({ bad: { first } }) => first)).toEqual([
      { file: bad.file.name, line: 51, reason: "id 'x' is not a whole number from 0 to 2^64 - 1" },
    ]);
  });
});

test('a file that is gone, or shorter than it was, is refused by its name', async () => {
  const part = filePart(text(3));
  const longer = { ...part, file: { ...part.file, size: 1000 }, end: 1000 };
  const gone = { ...part, file: { ...part.file, name: `${part.file.name}-gone` } };

  await expect(readAll([longer], libsvm)).rejects.toMatchObject({ exitCode: 5 });
  await expect(readAll([gone], libsvm)).rejects.toMatchObject({
    exitCode: 3,
    message: `${gone.file.name}: is no longer there`,
  });
});

describe('threads', () => {
  /** Enough text for threads to be started, some of it bad. */
  const rows = Array.from({ length: 60_000 }, (_, i) => `${i % 3 ? 1 : -1} ${(i * 7919) % 5000}:${i} ${i}:1`);
  for (let i = 0; i < rows.length; i += 997) rows[i] += ' x';
  const part = filePart(`${rows.join('\n')}\n`);
  /** Minibatches told apart by all their bytes: comparing the arrays number by number takes long. */
  const fingerprints = async (threads: number) => {
    const minibatches = await readAll([part, part], libsvm, { threads });
    return minibatches.map(({ labels, offsets, features, values, keys, ...rest }) => {
      const hash = createHash('sha256');
      for (const array of [labels, offsets, features, values!, keys]) hash.update(array);
      return { ...rest, sha256: hash.digest('hex') };
    });
  };

  test('parse as the caller itself does, however many there are', async () => {
    const expected = await fingerprints(0);

    expect(expected.reduce((sum, { bad }) => sum + bad.count, 0)).toBe(2 * Math.ceil(rows.length / 997));
    for (const threads of [1, 2, 3]) expect(await fingerprints(threads)).toEqual(expected);
  });

  test('end when the reader is closed in the middle', async () => {
    const reader = new MinibatchReader(libsvm, { ...readerOptions, threads: 2 });
    let taken = 0;
    for await (const { lines } of reader.read([part, part], { pass: 0 })) {
      taken += lines;
      if (taken > 70_000) break;
    }
    await reader.close();

    expect(taken).toBe(71_000);
  });
});
