import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyAt } from '../../../learning/sparse/keys';
import type { BatchConf } from '../../../training/conf/conf';
import { loadRows } from '../../../training/darlin/load-rows';
import { batchConf } from './support/batch-conf';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelapp-rows-'));
  await writeFile(join(folder, 'part-2'), '-1; 2 7 8;\n');
  await writeFile(join(folder, 'part-1'), '1; 3 7;\nwhat\n1; 3 9;\n');
});
afterEach(() => rm(folder, { recursive: true }));

async function load(changes: Partial<BatchConf['trainingData']>, localCache?: string, badLines = { lines: 1 }) {
  const warnings: string[] = [];
  const conf: BatchConf = {
    ...batchConf,
    localCache,
    trainingData: { ...batchConf.trainingData, files: [join(folder, 'part-*')], ...changes },
  };
  const { rows, cached } = await loadRows(conf, { badLines, warn: (message) => warnings.push(message) });
  const keys = Array.from(rows.groups!, (group, i) => [Number(keyAt(rows.keys, i)), group]);
  return { labels: [...rows.labels], keys, cached, warnings };
}

test('all files are read, by name, each key with its lowest group, and bad lines are shown', async () => {
  expect(await load({})).toEqual({
    labels: [1, 1, -1],
    keys: [
      [7, 2],
      [9, 3],
      [8, 2],
    ],
    cached: false,
    warnings: [expect.stringMatching(/part-1:2: /)],
  });
});

test('all keys are in one group if groups are to be ignored', async () => {
  expect((await load({ ignoreFeatureGroup: true })).keys.map(([, group]) => group)).toEqual([0, 0, 0]);
});

test('what was read once comes from the cache, unless more bad lines were borne then', async () => {
  const cache = join(folder, '.cache', 'bcd_');
  const first = await load({}, cache);
  expect(await load({}, cache)).toEqual({ ...first, cached: true, warnings: [] });
  await expect(load({}, cache, { lines: 0 })).rejects.toMatchObject({ exitCode: 5 });
});

test('a name that finds no file is refused', async () => {
  await expect(load({ files: [join(folder, 'absent')] })).rejects.toMatchObject({ exitCode: 3 });
});
