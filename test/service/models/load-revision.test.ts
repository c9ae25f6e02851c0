import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from '../../../config/resolve';
import type { ModelConfig, SoftmaxConfig } from '../../../config/schema';
import { onnxModelFile } from '../../../learning/onnx/examine';
import { UnusableRevisionError } from '../../../service/models/errors';
import { fits, loadRevision } from '../../../service/models/load-revision';
import type { Revision } from '../../../service/models/revision';
import { FolderStore } from '../../../service/models/store/folder-store';
import { fileAnswering, irisConfig } from './iris';

let folder: string;
let store: FolderStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'load-revision-'));
  store = new FolderStore(folder);
});

afterEach(() => rmSync(folder, { recursive: true }));

const config = (mapping: SoftmaxConfig['mapping'] = [{ name: 'petal_width', type: 'float', aliases: [] }]) =>
  irisConfig({ mapping }).models.iris as ModelConfig;

/** A revision whose row says that its file is `published`. */
const revisionOf = (published: Uint8Array): Revision => ({
  model: 'iris',
  revision: 3,
  createdAt: new Date(),
  origin: 'train',
  scores: null,
  metrics: null,
  rolledBack: false,
  location: '3.model',
  sha256: createHash('sha256').update(published).digest('hex'),
});

test('loads what was published', async () => {
  const bytes = fileAnswering('virginica');
  await store.write('3.model', bytes);

  const { revision, model, header } = await loadRevision(store, revisionOf(bytes), config(), '.');

  expect(revision).toBe(3);
  expect(header.classes).toEqual(['setosa', 'versicolor', 'virginica']);
  expect(await model.predict([[1]], {})).toMatchObject([{ output: 'virginica' }]);
});

test('refuses a file with a changed bit', async () => {
  const bytes = fileAnswering('setosa');
  const damaged = bytes.slice();
  damaged[100] = (damaged[100] as number) ^ 1;
  await store.write('3.model', damaged);

  const loading = loadRevision(store, revisionOf(bytes), config(), '.');

  await expect(loading).rejects.toThrow(UnusableRevisionError);
  await expect(loading).rejects.toThrow(
    "revision 3 of 'iris' cannot be used: the file 3.model is not the one that was published",
  );
});

test('refuses an intact file that is not the one published', async () => {
  await store.write('3.model', fileAnswering('virginica'));

  await expect(loadRevision(store, revisionOf(fileAnswering('setosa')), config(), '.')).rejects.toThrow(
    'is not the one that was published',
  );
});

test('refuses a published file that is no model', async () => {
  const bytes = Buffer.from('#!/bin/sh');
  await store.write('3.model', bytes);

  await expect(loadRevision(store, revisionOf(bytes), config(), '.')).rejects.toThrow(
    "revision 3 of 'iris' cannot be used: is not a model file",
  );
});

test('names a file that is gone', async () => {
  await expect(loadRevision(store, revisionOf(fileAnswering('setosa')), config(), '.')).rejects.toThrow(
    "revision 3 of 'iris' cannot be used: there is no file 3.model in the model store",
  );
});

test('refuses an ONNX file that the runtime does not take', async () => {
  const input = { name: 'petal_width', type: 'float' as const, aliases: [] };
  const file = onnxModelFile(
    {
      file: Buffer.from('no graph'),
      features: [input],
      classes: undefined,
      onnx: { outputs: { number: 'y' }, labels: [] },
    },
    { model: 'iris', scores: { train: null, test: null }, createdAt: new Date(0), rows: 0 },
  );
  await store.write('3.model', file);
  const { models } = resolveConfig({ models: { iris: { algorithm: 'onnx', file: 'iris.onnx', mapping: [input] } } });

  const loading = loadRevision(store, revisionOf(file), models.iris as ModelConfig, '.');

  await expect(loading).rejects.toThrow(UnusableRevisionError);
  await expect(loading).rejects.toThrow(/^revision 3 of 'iris' cannot be used: is not taken by onnxruntime-node/);
});

test('refuses a model that was trained for other features, and says what to do', async () => {
  const bytes = fileAnswering('setosa');
  await store.write('3.model', bytes);

  const loading = loadRevision(
    store,
    revisionOf(bytes),
    config([{ name: 'petal_width', type: 'str', aliases: [] }]),
    '.',
  );

  await expect(loading).rejects.toThrow(
    "it was trained by softmax on (petal_width: float), but models.iris is softmax on (petal_width: str); run 'modelapp train iris'",
  );
});

describe('a model fits its configuration', () => {
  type Entry = SoftmaxConfig['mapping'][number];
  const a: Entry = { name: 'a', type: 'float', aliases: [] };
  const b: Entry = { name: 'b', type: 'str', aliases: [] };
  const trainedOn = (...features: Entry[]) => ({ algorithm: 'softmax', features });

  test('if the features are the same, whatever their aliases', () => {
    expect(fits(trainedOn(a, b), config([a, { ...b, aliases: ['c'] }]))).toBe(true);
  });

  test.each<[string, Entry[]]>([
    ['a feature more', [a, b]],
    ['another name', [{ ...a, name: 'A' }]],
    ['another type', [{ ...a, type: 'int' }]],
  ])('but not with %s', (_, mapping) => {
    expect(fits(trainedOn(a), config(mapping))).toBe(false);
  });

  test('but not in another order', () => {
    expect(fits(trainedOn(a, b), config([b, a]))).toBe(false);
  });

  test('but not if another algorithm made it', () => {
    expect(fits({ ...trainedOn(a), algorithm: 'forest' }, config([a]))).toBe(false);
  });
});
