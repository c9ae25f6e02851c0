import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FolderStore } from '../../../../service/models/store/folder-store';
import { MissingFileError } from '../../../../service/models/store/model-store';

let folder: string;
let store: FolderStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'folder-store-'));
  store = new FolderStore(join(folder, 'models'));
});

afterEach(() => rmSync(folder, { recursive: true }));

test('reads what was written', async () => {
  await store.write('1.0.0/iris/1.model', Uint8Array.of(0, 255, 10));

  expect([...(await store.read('1.0.0/iris/1.model'))]).toEqual([0, 255, 10]);
});

test('leaves one file, readable for all, and nothing beside it', async () => {
  await store.write('1.0.0/iris/1.model', Uint8Array.of(1));

  expect(readdirSync(join(folder, 'models/1.0.0/iris'))).toEqual(['1.model']);
  expect(statSync(join(folder, 'models/1.0.0/iris/1.model')).mode & 0o777).toBe(0o644);
});

test('names a file that is absent', async () => {
  await expect(store.read('1.0.0/iris/9.model')).rejects.toThrow(MissingFileError);
  await expect(store.read('1.0.0/iris/9.model')).rejects.toThrow('there is no file 1.0.0/iris/9.model');
});

test('removes a file, also one that is absent already', async () => {
  await store.write('1.0.0/iris/1.model', Uint8Array.of(1));

  await store.remove('1.0.0/iris/1.model');
  await store.remove('1.0.0/iris/1.model');

  expect(await store.list('1.0.0/iris')).toEqual([]);
});

test('lists one folder, and an absent one as empty', async () => {
  await store.write('1.0.0/iris/1.model', Uint8Array.of(1));
  await store.write('1.0.0/other/1.model', Uint8Array.of(1));

  expect((await store.list('1.0.0/iris')).map(({ key }) => key)).toEqual(['1.0.0/iris/1.model']);
  expect(await store.list('1.0.0/none')).toEqual([]);
});
