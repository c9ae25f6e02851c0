import { readFileSync } from 'node:fs';
import { containerDataDirectory, containerUserId } from '../../config/environment';
import packageJson from '../../package.json';
import { type BuiltImage, buildAndShip } from './built-image';
import { describeWithDocker } from './requirements';
import { writablePaths } from './writable-paths';

jest.setTimeout(300_000);

describeWithDocker('The image', () => {
  const sourceHash = 'a1b2c3'.repeat(10);
  let shipped: BuiltImage;

  beforeAll(async () => {
    shipped = await buildAndShip(sourceHash);
  });
  afterAll(() => shipped?.remove());

  const configured = (field: string) => shipped.inspect(`.Config.${field}`);
  const run = (program: string, ...args: string[]) =>
    shipped.docker('run', '--rm', '--network', 'none', '--entrypoint', program, shipped.name, ...args);

  it('is the same after a registry has kept it', async () => {
    expect(await shipped.inspect('.Id')).toBe(shipped.builtId);
  });

  it('has at most 250 MB of compressed layers', () => {
    expect(shipped.layerBytes).toBeLessThanOrEqual(250_000_000);
  });

  it('tells the hash of its source in a label', async () => {
    expect(await configured('Labels')).toHaveProperty(['modelapp.source-hash'], sourceHash);
  });

  it('serves unless told otherwise, and takes other commands as arguments', async () => {
    expect(await configured('Entrypoint')).toEqual(['node', 'modelapp.js']);
    expect(await configured('Cmd')).toEqual(['serve']);
  });

  it('has a health check that needs no shell', async () => {
    expect(await configured('Healthcheck')).toMatchObject({ Test: ['CMD', 'node', 'health.js'] });
  });

  it('is unhealthy while nothing serves', async () => {
    await expect(run('node', 'health.js')).rejects.toMatchObject({ code: 1 });
  });

  it('runs as a user without a name and without rights', async () => {
    expect(await run('id', '-u')).toBe(`${containerUserId}`);
    expect(await run('id', '-g')).toBe(`${containerUserId}`);
  });

  it('leaves its program to root, also where the root file system is writable', async () => {
    expect(await writablePaths(run, '/app')).toEqual([]);
  });

  it('can write to its volume only, where the root file system is read-only', async () => {
    const runReadOnly = (program: string, ...args: string[]) =>
      shipped.docker('run', '--rm', '--read-only', '--entrypoint', program, shipped.name, ...args);
    expect(await writablePaths(runReadOnly, '/')).toEqual([containerDataDirectory]);
  });

  it('holds a bundle of the production dependencies instead of packages', async () => {
    const bundled = new Set(
      Array.from(
        (await run('cat', 'modelapp.js')).matchAll(/^\/\/ .*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm),
        ([, name]) => name,
      ),
    );
    expect(bundled).toContain('fastify');
    expect(Object.keys(packageJson.devDependencies).filter((name) => bundled.has(name))).toEqual([]);
    expect(await run('find', '/app', '-name', 'node_modules')).toBe('');
  });

  it('names the version that its tree releases', async () => {
    expect(await run('cat', 'VERSION')).toBe(readFileSync('VERSION', 'utf8').trim());
  });
});
