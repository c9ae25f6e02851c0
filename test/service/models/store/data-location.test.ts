import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataLocation } from '../../../../service/models/store/data-location';
import { MissingFileError } from '../../../../service/models/store/model-store';

describe('a folder', () => {
  let parent: string;
  let folder: string;
  beforeAll(() => {
    parent = mkdtempSync(join(tmpdir(), 'modelapp-location-'));
    folder = join(parent, 'data');
    mkdirSync(join(folder, 'models'), { recursive: true });
    writeFileSync(join(folder, 'models/a'), 'inside');
    writeFileSync(join(parent, 'data-too'), 'outside');
    symlinkSync(join(folder, 'models/a'), join(folder, 'link-inside'));
    symlinkSync(join(parent, 'data-too'), join(folder, 'link-outside'));
    symlinkSync(parent, join(folder, 'folder-outside'));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
  });
  afterAll(() => rmSync(parent, { recursive: true }));

  it.each(['models/a', './models/a', 'models/../models/a', 'link-inside'])('gives the file %s', async (name) => {
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

  it.each(['link-outside', 'folder-outside/data-too', 'models', 'pipe'])(
    'refuses %s, which is no file inside it',
    async (name) => {
      await expect(new DataLocation(folder).read(name)).rejects.toThrow('must be a file in the data location');
    },
  );

  it('misses a file that is not there', async () => {
    await expect(new DataLocation(folder).read('models/b')).rejects.toThrow(MissingFileError);
  });

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
