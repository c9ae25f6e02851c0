import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toKeys } from '../../../learning/sparse/keys';
import { modelFiles, writeModelFiles } from '../../../training/output/model-files';
import { runFolder } from '../../support/test-run';

describe('the files of a model', () => {
  let prefix: string;

  beforeEach(async () => {
    prefix = join(await mkdtemp(join(runFolder(), 'model-')), 'out', 'ctr');
  });

  it('have a key, a tab and a weight a line, by ascending key and without zeros', async () => {
    const model = { keys: toKeys([(1n << 64n) - 1n, 3n, 20n]), weights: Float64Array.of(1 / 3, -2, 0) };
    expect(await writeModelFiles(prefix, model, 1)).toEqual([`${prefix}_S0`]);
    expect(await readFile(`${prefix}_S0`, 'utf8')).toBe('3\t-2\n18446744073709551615\t0.333333333\n');
  });

  it('are as many as there are shards, and have the whole model together', async () => {
    const keys = toKeys(Array.from({ length: 1000 }, (_, i) => BigInt(i)));
    const weights = Float64Array.from({ length: 1000 }, (_, i) => i + 1);
    const files = await writeModelFiles(prefix, { keys, weights }, 3);
    const read = await modelFiles(3).read(files);
    expect(files).toHaveLength(3);
    expect([...read.weights].sort((a, b) => a - b)).toEqual([...weights]);
  });

  it('leave none of a model that had more shards', async () => {
    const model = { keys: toKeys([1n]), weights: Float64Array.of(1) };
    await writeModelFiles(prefix, model, 4);
    await writeFile(`${prefix}_Summary`, '');
    await writeModelFiles(prefix, model, 2);
    expect((await readdir(join(prefix, '..'))).sort()).toEqual(['ctr_S0', 'ctr_S1', 'ctr_Summary']);
  });
});
