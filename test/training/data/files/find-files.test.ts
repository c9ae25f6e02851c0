import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findFiles } from '../../../../training/data/files/find-files';
import { LocalStorage } from '../../../../training/data/files/local-storage';
import { scratchFolder } from '../support/data-conf';

const names = [
  'part-001',
  'part-002',
  'part-10.gz',
  'Part-3',
  'part',
  'a+b',
  '_SUCCESS',
  '.part-hidden',
  'days/1/x.txt',
  'days/1/_x.txt',
  'days/2/x.txt',
  'days/2/deep/y.csv',
  '_tmp/1/x.txt',
];

const folder = scratchFolder();
for (const name of names) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), name);
}
const find = async (...patterns: string[]) => {
  const files = await findFiles(
    patterns.map((pattern) => join(folder, pattern)),
    new LocalStorage(),
  );
  return files.map(({ name }) => name.slice(folder.length + 1));
};

describe('data files are found', () => {
  test.each([
    ['part', ['part']],
    ['_SUCCESS', ['_SUCCESS']],
    ['days/2/deep/y.csv', ['days/2/deep/y.csv']],
  ])('by their name: %s', async (pattern, expected) => {
    expect(await find(pattern)).toEqual(expected);
  });

  test.each([
    ['part.*', ['part', 'part-001', 'part-002', 'part-10.gz']],
    ['part-\\d+', ['part-001', 'part-002']],
    ['part-00(1|2)', ['part-001', 'part-002']],
    ['.*', ['Part-3', 'a+b', 'part', 'part-001', 'part-002', 'part-10.gz']],
    ['\\.part.*', ['.part-hidden']],
    ['_S.*', ['_SUCCESS']],
    ['days/2/x.+', ['days/2/x.txt']],
  ])('by a regular expression that matches their whole name: %s', async (pattern, expected) => {
    expect(await find(pattern)).toEqual(expected);
  });

  test.each([
    ['part-0*', ['part-001', 'part-002']],
    ['*.gz', ['part-10.gz']],
    ['P*-?', ['Part-3']],
    ['part-0?[!2]', ['part-001']],
    ['days/*/x.txt', ['days/1/x.txt', 'days/2/x.txt']],
    ['days/*/_*', ['days/1/_x.txt']],
    ['days/**', ['days/1/x.txt', 'days/2/deep/y.csv', 'days/2/x.txt']],
    ['**/x.txt', ['days/1/x.txt', 'days/2/x.txt']],
    ['days/{1,2/deep}/*', ['days/1/x.txt', 'days/2/deep/y.csv']],
    ['_tmp/*/*', ['_tmp/1/x.txt']],
  ])('by a glob: %s', async (pattern, expected) => {
    expect(await find(pattern)).toEqual(expected);
  });

  test.each(['days/1', 'days/1/'])('by their folder: %s', async (pattern) => {
    expect(await find(pattern)).toEqual(['days/1/x.txt']);
  });

  test('once each, sorted by bytes', async () => {
    expect(await find('part-002', 'part.*', './days/../part', 'Part-3')).toEqual([
      'Part-3',
      'part',
      'part-001',
      'part-002',
      'part-10.gz',
    ]);
  });

  test('with their sizes, and whether they are packed', async () => {
    const [file] = await findFiles([join(folder, 'part-10.gz')], new LocalStorage());

    expect(file).toEqual({ name: join(folder, 'part-10.gz'), size: 10, compressed: true });
  });

  test('behind links, which may lead in a circle', async () => {
    const circle = scratchFolder();
    symlinkSync(circle, join(circle, 'again'));
    symlinkSync(join(folder, 'part'), join(circle, 'linked'));

    const files = await findFiles([join(circle, '**')], new LocalStorage());
    expect(files.map(({ name }) => name)).toEqual([join(circle, 'linked')]);
  });
});

describe('a name that finds no file', () => {
  test('is refused with some names that are there', async () => {
    await expect(find('part-001', 'days/2/nothing.*')).rejects.toMatchObject({
      exitCode: 3,
      message: `find 0 data files for '${folder}/days/2/nothing.*'; in ${folder}/days/2/ are deep/, x.txt`,
    });
  });

  test.each(['part(', 'p)art(', 'part[z-a]'])('is refused if it is no pattern either: %s', async (name) => {
    await expect(find(name)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining(`find 0 data files for '${folder}/${name}'`),
    });
  });

  test('is refused with the nearest folder that is there', async () => {
    await expect(find('days/3/4/x')).rejects.toMatchObject({
      message: `find 0 data files for '${folder}/days/3/4/x'; in ${folder}/days/ are 1/, 2/`,
    });
  });
});
