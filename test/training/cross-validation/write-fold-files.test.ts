import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { DataConf } from '../../../training/conf/conf';
import { writeFoldFiles } from '../../../training/cross-validation/write-fold-files';
import { dataConf } from '../data/support/data-conf';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folds-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

const read = (files: readonly string[]): string[] => files.map((file) => readFileSync(file, 'utf8'));

const filesIn = (changes: Partial<DataConf>): DataConf =>
  dataConf('LIBSVM', { files: [join(folder, 'part-*')], ...changes });

test('line i of all files is a test line of fold i mod k, in the order of the data', async () => {
  writeFileSync(join(folder, 'part-0'), 'a\n\nb\r\nc');
  writeFileSync(join(folder, 'part-1.gz'), gzipSync('d\ne\n'));

  const { files, lines } = await writeFoldFiles(filesIn({}), 2, join(folder, 'out'));

  expect(lines).toBe(5);
  expect(files.map(({ test }) => read(test))).toEqual([
    ['a\nc\n', 'e\n'],
    ['b\n', 'd\n'],
  ]);
  expect(files.map(({ train }) => read(train))).toEqual([
    ['b\n', 'd\n'],
    ['a\nc\n', 'e\n'],
  ]);
});

test('a folder that does not take the files is an error that names it', async () => {
  // GIVEN
  const out = join(folder, 'out');
  mkdirSync(join(out, '0', 'train', '000000'), { recursive: true });
  writeFileSync(join(folder, 'part-0'), 'a\nb\n');

  // WHEN
  const written = writeFoldFiles(filesIn({}), 2, out);

  // THEN
  await expect(written).rejects.toMatchObject({
    message: expect.stringMatching(/out: cannot be written: EISDIR: .*; name another folder in TMPDIR$/),
    exitCode: 4,
  });
});

test('every file of CSV keeps its header, and records their inner line ends', async () => {
  writeFileSync(join(folder, 'part-0'), '\ufeffy,text\n1,"two\nlines"\n0,b\n');

  const { files } = await writeFoldFiles(filesIn({ text: 'CSV' }), 2, join(folder, 'out'));

  expect(read(files[0]!.test)).toEqual(['y,text\n1,"two\nlines"\n']);
  expect(read(files[0]!.train)).toEqual(['y,text\n0,b\n']);
});

test('only the first lines of a file count if the configuration says so', async () => {
  writeFileSync(join(folder, 'part-0'), 'a\nb\nc\n');

  expect(await writeFoldFiles(filesIn({ maxLinesPerFile: 2 }), 2, join(folder, 'out'))).toMatchObject({ lines: 2 });
});

test('each line is a test line once, and a training line of all other folds', async () => {
  const line = fc.stringMatching(/^[a-z]{1,5}$/);
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 2, max: 6 }),
      async (all, k) => {
        writeFileSync(join(folder, 'part-0'), all.map((text) => `${text}\n`).join(''));

        const { files } = await writeFoldFiles(filesIn({}), k, mkdtempSync(join(folder, 'out-')));

        const linesOf = (names: readonly string[]) => read(names).join('').split('\n').slice(0, -1);
        expect(files.flatMap(({ test }) => linesOf(test)).sort()).toEqual([...all].sort());
        for (const { train, test } of files)
          expect([...linesOf(train), ...linesOf(test)].sort()).toEqual([...all].sort());
      },
    ),
    { numRuns: 30 },
  );
});
