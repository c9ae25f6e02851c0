import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { toKeys } from '../../../learning/sparse/keys';
import type { SparseRows } from '../../../learning/sparse/rows';
import type { DataConf } from '../../../training/conf/conf';
import { type CachedData, cachePath, throughCache } from '../../../training/darlin/local-cache';
import { readRows, writeRows } from '../../../training/darlin/rows-file';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelapp-cache-'));
});
afterEach(() => rm(folder, { recursive: true }));

const someRows: SparseRows = {
  labels: Float64Array.of(1, -1),
  importances: undefined,
  offsets: Uint32Array.of(0, 1, 3),
  features: Uint32Array.of(0, 1, 0),
  values: Float64Array.of(0.1, Number.MIN_VALUE, -3),
  keys: toKeys([2n ** 64n - 1n, 7n]),
  groups: Uint16Array.of(4095, 1),
};

describe('a file of rows', () => {
  test('gives back the rows, with or without what rows may do without', async () => {
    const path = join(folder, 'not', 'yet', 'there');
    for (const rows of [
      someRows,
      { ...someRows, values: undefined, groups: undefined, importances: Float64Array.of(2, 0) },
      { ...someRows, labels: new Float64Array(), offsets: Uint32Array.of(0) },
    ]) {
      await writeRows(path, rows);
      expect({ importances: undefined, values: undefined, groups: undefined, ...(await readRows(path)) }).toEqual(rows);
    }
    expect(await readdir(join(folder, 'not', 'yet'))).toEqual(['there']);
  });

  test('is not taken if it is torn, longer, or other in any byte', async () => {
    const path = join(folder, 'rows');
    await writeRows(path, someRows);
    const intact = await readFile(path);
    await fc.assert(
      fc.asyncProperty(fc.nat(intact.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const changed = Buffer.from(intact);
        changed[at]! ^= change;
        for (const bytes of [intact.subarray(0, at), changed, Buffer.concat([intact, intact.subarray(at)])]) {
          await writeFile(path, bytes);
          expect(await readRows(path)).toBeUndefined();
        }
      }),
    );
  });

  test('that is not there gives no rows', async () => {
    expect(await readRows(join(folder, 'absent'))).toBeUndefined();
  });
});

describe('the cache', () => {
  const conf: DataConf = {
    text: 'LIBSVM',
    csv: { header: true, label: 'label', positive: '1', delimiter: ',', numeric: [], skip: [] },
    files: ['part.*'],
    ignoreFeatureGroup: false,
    maxFilesPerWorker: undefined,
    maxLinesPerFile: undefined,
    shuffle: false,
  };
  const localFile = async (name: string, text: string) => {
    const path = join(folder, name);
    await writeFile(path, text);
    return { name: path, size: (await stat(path)).size, compressed: false };
  };
  const inS3 = { name: 's3://bucket/part', size: 7, compressed: false, etag: '"abc"' };
  const prefix = () => join(folder, 'cache', 'bcd_');
  /** Whether the rows of some data come from the cache. */
  const hits = async (data: CachedData) => {
    const { rows, cached } = await throughCache(await cachePath(prefix(), data), async () => someRows, fail);
    expect(rows.labels).toEqual(someRows.labels);
    return cached;
  };
  const fail = (message: string) => {
    throw new Error(message);
  };

  test('hits for the same data, wherever its files are', async () => {
    const first = await localFile('a', '1 1:1\n');
    expect(await hits({ files: [first, inS3], conf, options: {} })).toBe(false);
    expect(await hits({ files: [await localFile('b', '1 1:1\n'), inS3], conf, options: {} })).toBe(true);
  });

  test('never hits for data of which anything differs', async () => {
    const file = await localFile('a', '1 1:1\n');
    const data: CachedData = { files: [file], conf, options: { limit: 1 } };
    await hits(data);
    const others: CachedData[] = [
      { ...data, files: [await localFile('same size', '1 1:2\n')] },
      { ...data, files: [file, file] },
      { ...data, files: [] },
      { ...data, files: [inS3] },
      { ...data, files: [{ ...inS3, etag: '"abd"' }] },
      { ...data, conf: { ...conf, text: 'SPARSE' } },
      { ...data, conf: { ...conf, csv: { ...conf.csv, positive: '2' } } },
      { ...data, conf: { ...conf, ignoreFeatureGroup: true } },
      { ...data, conf: { ...conf, maxLinesPerFile: 1 } },
      { ...data, options: { limit: 2 } },
    ];
    for (const other of others) expect(await hits(other)).toBe(false);
    for (const known of [data, ...others]) expect(await hits(known)).toBe(true);
  });

  test('is made anew if its file is torn', async () => {
    const data = { files: [inS3], conf, options: {} };
    await hits(data);
    const [name] = await readdir(join(folder, 'cache'));
    await writeFile(join(folder, 'cache', name!), 'torn');
    expect(await hits(data)).toBe(false);
    expect(await hits(data)).toBe(true);
  });

  test('warns and goes on if rows cannot be kept', async () => {
    const warnings: string[] = [];
    const inAFile = `${(await localFile('a', '')).name}/cache_`;
    const data = { files: [inS3], conf, options: {} };
    const found = await throughCache(
      await cachePath(inAFile, data),
      async () => someRows,
      (message) => warnings.push(message),
    );
    expect(found).toEqual({ rows: someRows, cached: false });
    expect(warnings).toEqual([expect.stringMatching(/^local_cache: the parsed data is not kept: /)]);
  });

  test('keeps nothing that is not fit for it', async () => {
    const path = await cachePath(prefix(), { files: [inS3], conf, options: {} });
    await throughCache(
      path,
      async () => someRows,
      fail,
      () => false,
    );
    expect(await readdir(folder)).toEqual([]);
  });

  test('keeps nothing without a prefix', async () => {
    const data = { files: [inS3], conf, options: {} };
    expect(await throughCache(await cachePath(undefined, data), async () => someRows, fail)).toEqual({
      rows: someRows,
      cached: false,
    });
    expect(await readdir(folder)).toEqual([]);
  });
});
