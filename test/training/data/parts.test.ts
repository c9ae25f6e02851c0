import fc from 'fast-check';
import { chooseFiles, findParts, orderParts, splitIntoParts } from '../../../training/data/parts';
import { dataConf, filePart } from './support/data-conf';

const mebibyte = 1024 ** 2;
const file = (name: string, size: number) => ({ name, size, compressed: name.endsWith('.gz') });
const libsvm = dataConf('LIBSVM');

describe('files', () => {
  test('are split without a gap for several workers, into parts of 1 to 64 MiB', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 2 ** 33 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 2, max: 8 }), (lengths, workers) => {
        const files = lengths.map((size, i) => file(`file-${i}`, size));
        const parts = splitIntoParts(files, libsvm, workers);

        for (const one of files) {
          const own = parts.filter((part) => part.file === one);
          expect(own[0]!.start).toBe(0);
          expect(own.at(-1)!.end).toBe(one.size);
          for (const [i, { start, end }] of own.entries()) {
            if (i > 0) expect(start).toBe(own[i - 1]!.end);
            expect(end - start).toBeLessThanOrEqual(64 * mebibyte);
            if (own.length > 1) expect(end - start).toBeGreaterThanOrEqual(mebibyte / 2);
          }
        }
      }),
    );
  });

  test('make four parts a worker, if these are large enough', () => {
    expect(splitIntoParts([file('one', 80 * mebibyte)], libsvm, 2)).toHaveLength(8);
    expect(splitIntoParts([file('small', mebibyte)], libsvm, 2)).toHaveLength(1);
  });

  test.each([
    ['for one worker', 'one', 1, libsvm],
    ['if they are packed', 'one.gz', 4, libsvm],
    ['if only their first lines count', 'one', 4, dataConf('LIBSVM', { maxLinesPerFile: 10 })],
    ['if they are CSV', 'one', 4, dataConf('CSV')],
  ])('stay whole %s', (_when, name, workers, data) => {
    const one = file(name, 80 * mebibyte);

    expect(splitIntoParts([one], data, workers)).toEqual([{ file: one, start: 0, end: one.size }]);
  });

  test('are as many for each worker as the configuration allows', () => {
    const files = ['a', 'b', 'c', 'd', 'e'].map((name) => file(name, 1));

    expect(chooseFiles(files, { maxFilesPerWorker: 2 }, 2)).toEqual(files.slice(0, 4));
    expect(chooseFiles(files, { maxFilesPerWorker: undefined }, 2)).toEqual(files);
  });

  test('are found by the names of the configuration', async () => {
    const part = filePart('1 1:1\n');

    expect(await findParts(dataConf('LIBSVM', { files: [part.file.name] }), 3)).toEqual([part]);
  });
});

describe('parts', () => {
  const parts = splitIntoParts(
    Array.from({ length: 50 }, (_, i) => file(`file-${i}`, 1)),
    libsvm,
    1,
  );

  test('are read as they are unless they are to be shuffled', () => {
    expect(orderParts(parts, { shuffle: false }, { seed: 1, pass: 0 })).toEqual(parts);
  });

  test('are shuffled in another order for each pass and seed, the same each time', () => {
    const order = (seed: number, pass: number) =>
      orderParts(parts, { shuffle: true }, { seed, pass }).map(({ file: { name } }) => name);

    expect(order(1, 0)).toEqual(order(1, 0));
    expect(order(1, 0)).not.toEqual(order(1, 1));
    expect(order(1, 0)).not.toEqual(order(2, 0));
    expect([...order(1, 0)].sort()).toEqual(parts.map((part) => part.file.name).sort());
  });
});
