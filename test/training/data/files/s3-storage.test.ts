import { gzipSync } from 'node:zlib';
import { DataStorage } from '../../../../training/data/files/data-storage';
import { findFiles } from '../../../../training/data/files/find-files';
import { findParts } from '../../../../training/data/parts';
import { dataConf, readAll } from '../support/data-conf';
import { plainRows } from '../support/plain-rows';
import { type S3StandIn, startS3StandIn } from '../support/s3-stand-in';

let s3: S3StandIn;
beforeEach(async () => {
  s3 = await startS3StandIn();
});
afterEach(() => s3.close());

const text = Array.from({ length: 500 }, (_, i) => `1 ${i}:1\n`).join('');
const put = (...names: string[]) => {
  for (const name of names) s3.objects.set(`bucket/${name}`, Buffer.from(text));
};
async function find(...patterns: string[]): Promise<string[]> {
  const storage = new DataStorage();
  const files = await findFiles(patterns, storage).finally(() => storage.close());
  return files.map(({ name }) => name);
}
async function readKeys(pattern: string, workers = 1): Promise<number[]> {
  const data = dataConf('LIBSVM', { files: [pattern] });
  const minibatches = await readAll(await findParts(data, workers), data);
  return minibatches.flatMap((one) => plainRows(one).map(({ entries }) => Number(entries[0]![0])));
}
const everyKey = Array.from({ length: 500 }, (_, i) => i);

describe('files in S3 are found', () => {
  beforeEach(() => {
    const parts = ['part-1', 'part-2', 'part-3', 'part-4', 'part-5.gz'].map((name) => `ctr/${name}`);
    put(...parts, 'ctr/_SUCCESS', 'ctr/', 'ctr/day/a.txt', 'ctr/day/b/c.txt', 'other');
  });

  test.each([
    ['part-2', ['part-2']],
    ['part-\\d', ['part-1', 'part-2', 'part-3', 'part-4']],
    ['part.*', ['part-1', 'part-2', 'part-3', 'part-4', 'part-5.gz']],
    ['p*-[13]', ['part-1', 'part-3']],
    ['d*/**', ['day/a.txt', 'day/b/c.txt']],
    ['*/*.txt', ['day/a.txt']],
    ['day', ['day/a.txt']],
    ['', ['part-1', 'part-2', 'part-3', 'part-4', 'part-5.gz']],
  ])('by the same rules, over all pages of a list: %s', async (pattern, expected) => {
    expect(await find(`s3://bucket/ctr/${pattern}`)).toEqual(expected.map((name) => `s3://bucket/ctr/${name}`));
  });

  test('with requests that are signed', async () => {
    await find('s3://bucket/other');

    expect(s3.signed).toEqual(['GET bucket/']);
  });

  test('or refused with some names that are there', async () => {
    await expect(find('s3://bucket/ctr/nothing')).rejects.toMatchObject({
      exitCode: 3,
      message:
        "find 0 data files for 's3://bucket/ctr/nothing'; in s3://bucket/ctr/ are _SUCCESS, day/, part-1, part-2, part-3, …",
    });
  });

  test('or refused if there is no such bucket', async () => {
    await expect(find('s3://away/part.*')).rejects.toMatchObject({
      exitCode: 3,
      message: 's3://away/part.*: there is no such bucket',
    });
  });
});

describe('files in S3 are read', () => {
  test('in parts, like those of this machine', async () => {
    put('data.txt');

    expect(await readKeys('s3://bucket/data.txt')).toEqual(everyKey);
    expect(await readKeys('s3://bucket/data.txt', 3)).toEqual(everyKey);
  });

  test('on from where a connection breaks', async () => {
    put('data.txt');
    s3.breakAfter = 700;

    expect(await readKeys('s3://bucket/data.txt')).toEqual(everyKey);
  });

  test('and unpacked across broken connections', async () => {
    s3.objects.set('bucket/data.gz', Buffer.concat([gzipSync(text), gzipSync(text)]));
    s3.breakAfter = 500;

    expect(await readKeys('s3://bucket/data.gz')).toEqual([...everyKey, ...everyKey]);
  });

  test('or refused if they have changed since they were found', async () => {
    put('data.txt');
    const data = dataConf('LIBSVM', { files: ['s3://bucket/data.txt'] });
    const parts = await findParts(data, 1);
    s3.objects.set('bucket/data.txt', Buffer.from('1 1:1\n'));

    await expect(readAll(parts, data)).rejects.toMatchObject({
      exitCode: 5,
      message: `s3://bucket/data.txt: has changed since the job began, when it had ${text.length} bytes`,
    });
  });

  test('or refused if access is denied', async () => {
    put('data.txt');
    const data = dataConf('LIBSVM', { files: ['s3://bucket/data.txt'] });
    const parts = await findParts(data, 1);
    s3.refuseWith = 403;

    await expect(readAll(parts, data)).rejects.toMatchObject({ exitCode: 4 });
    await expect(find('s3://bucket/data.txt')).rejects.toMatchObject({ exitCode: 4 });
  });
});
