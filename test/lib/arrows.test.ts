import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(__dirname, '../..');

const bundle = (entryPoint: string) =>
  build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    bundle: true,
    platform: 'node',
    packages: 'external',
    metafile: true,
    write: false,
    outdir: 'nowhere',
  });

/** The files of ours that a program is made of. */
const sources = async (entryPoint: string): Promise<readonly string[]> =>
  Object.keys((await bundle(entryPoint)).metafile.inputs);

/** What a program loads before it does anything: files of ours, and names of packages. */
async function loadedAtStart(entryPoint: string): Promise<readonly string[]> {
  const { metafile } = await bundle(entryPoint);
  const loaded = new Set([entryPoint]);
  // A set that grows is gone through to its new end.
  for (const file of loaded) {
    for (const { path, kind } of metafile.inputs[file]?.imports ?? []) if (kind !== 'dynamic-import') loaded.add(path);
  }
  return [...loaded];
}

const handlers = readdirSync(join(root, 'lambda'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.handler.ts'))
  .map((file) => join('lambda', file));

test('the description of the stacks holds nothing of the service, the training or the handlers', async () => {
  const files = await sources('bin/modelapp.ts');

  expect(files).toContain('lib/stacks.ts');
  expect(files.filter((file) => /^(service|training|learning)\/|\.handler\.ts$/.test(file))).toEqual([]);
});

test.each(handlers)('%s takes from the service how to reach the database, and nothing else', async (handler) => {
  const files = await sources(handler);

  expect(files).toContain(handler);
  expect(files.filter((file) => /^(service\/(?!database\/)|training\/|lib\/)/.test(file))).toEqual([]);
});

test('the command loads nothing of the AWS SDK before a verb that asks AWS runs', async () => {
  const loaded = await loadedAtStart('bin/cli.ts');

  expect(loaded).toContain('bin/commands/aws/endpoint.ts');
  expect(loaded.filter((name) => name.startsWith('@aws-sdk/'))).toEqual([]);
});

test('the container knows none of the verbs that look at AWS or change it', async () => {
  expect((await sources('bin/image.ts')).filter((file) => file.startsWith('bin/aws/'))).toEqual([]);
});
