import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataLocation } from '../../../service/models/data-location';

describe('a folder', () => {
  let parent: string;
  let folder: string;
  beforeAll(() => {
    parent = mkdtempSync(join(tmpdir(), 'modelapp-location-'));
    folder = join(parent, 'data');
    mkdirSync(join(folder, 'models'), { recursive: true });
    writeFileSync(join(folder, 'models/a'), 'inside');
    writeFileSync(join(parent, 'data-too'), 'outside');
  });
  afterAll(() => rmSync(parent, { recursive: true }));

  it.each(['models/a', './models/a', 'models/../models/a'])('gives the file %s', async (name) => {
    const bytes = await new DataLocation(folder).read(name);
    expect(Buffer.from(bytes).toString()).toBe('inside');
  });

  it('gives a file by its full name', async () => {
    const bytes = await new DataLocation(folder).read(join(folder, 'models/a'));
    expect(Buffer.from(bytes).toString()).toBe('inside');
  });

  it.each(['../data-too', 'models/../../data-too', '/etc/hostname', '.', '', 'models/a\0'])(
    'refuses %j, which leads out of it',
    async (name) => {
      await expect(new DataLocation(folder).read(name)).rejects.toThrow('must be a file in the data location');
    },
  );

  it('refuses the full name of a file beside it', async () => {
    await expect(new DataLocation(folder).read(join(parent, 'data-too'))).rejects.toThrow('must be a file');
  });
});

describe('a bucket', () => {
  it.each([
    '../other',
    's3://bucket/other/a',
    's3://bucket/models-too/a',
    's3://bucket/models/../a',
    'http://host/a',
    '/a',
  ])('refuses %s, which leads out of it', async (name) => {
    await expect(new DataLocation('s3://bucket/models/').read(name)).rejects.toThrow('must be a file');
  });
});
