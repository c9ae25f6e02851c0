import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(__dirname, '../..');

/** The files of ours that a program is made of. */
async function sources(entryPoint: string): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    bundle: true,
    platform: 'node',
    packages: 'external',
    metafile: true,
    write: false,
    outdir: 'nowhere',
  });
  return Object.keys(metafile.inputs);
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
