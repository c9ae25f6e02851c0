import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireWritable, writeAside } from '../../training/write-aside';
import { runFolder } from '../support/test-run';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(runFolder(), 'aside-'));
  mkdirSync(join(folder, 'taken'));
  writeFileSync(join(folder, 'file'), 'old');
});

const pieces = ['one ', 'two'].map((text) => Buffer.from(text));

test('a file is written with its folders, and nothing beside it', async () => {
  const path = join(folder, 'a', 'b', 'model');
  await requireWritable(path);
  expect(existsSync(join(folder, 'a'))).toBe(false);

  await writeAside(path, pieces);
  expect(readFileSync(path, 'utf8')).toBe('one two');
  expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['model']);
});

test('a file that is there is replaced', async () => {
  await requireWritable(join(folder, 'file'));
  await writeAside(join(folder, 'file'), pieces);

  expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('one two');
});

test.each([
  ['below a file', 'file/model'],
  ['far below a file', 'file/a/b/model'],
  ['in the place of a folder', 'taken'],
])('a file cannot be written %s, as is known before it is tried', async (_, name) => {
  const path = join(folder, name);
  const refusal = { exitCode: 4, message: expect.stringContaining(`${path}: cannot be written: `) };

  await expect(requireWritable(path)).rejects.toMatchObject(refusal);
  await expect(writeAside(path, pieces)).rejects.toMatchObject(refusal);
  expect(readdirSync(folder).sort()).toEqual(['file', 'taken']);
});
