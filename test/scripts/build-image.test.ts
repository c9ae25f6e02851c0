import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadConfig } from '../../config/load';

jest.setTimeout(60_000);

const run = promisify(execFile);
const runScript = (code: string) => run(process.execPath, ['--input-type=module', '--eval', code]);
const buildImage = (folder: string) =>
  runScript(`import { buildImage } from './scripts/build-image.mjs'; await buildImage(${JSON.stringify(folder)});`);

/** The files of a folder by their path in it. */
function readFiles(folder: string): Record<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'latin1')]));
}

describe('The context of the image', () => {
  const workspace = mkdtempSync(join(tmpdir(), 'modelapp-image-'));
  const context = join(workspace, 'image');

  beforeAll(() => buildImage(context));
  afterAll(() => rmSync(workspace, { recursive: true }));

  it('has the same bytes when it is written again, elsewhere', async () => {
    const again = join(workspace, 'again');
    await buildImage(again);
    expect(readFiles(again)).toEqual(readFiles(context));
  });

  it('is the Dockerfile, the lock file and what the container holds', () => {
    expect(readdirSync(context).sort()).toEqual(['.dockerignore', 'Dockerfile', 'app', 'package-lock.json']);
  });

  it('holds the data of the models at the paths that the configuration names', async () => {
    const { config } = await loadConfig(join(context, 'app/modelapp.config.js'));
    const { iris, ctr } = config.models;
    expect([iris, ctr]).toMatchObject([
      { source: { csv: 'examples/iris/iris.csv' } },
      { conf: 'examples/ctr/ctr.conf' },
    ]);
    const ofCtr = ['ctr.conf', 'ctr.train', 'ctr.test'].map((file) => join('examples/ctr', file));
    for (const csv of ['examples/iris/iris.csv', ...ofCtr])
      expect(readFileSync(join(context, 'app', csv))).toEqual(readFileSync(csv));
  });

  it('does not change with what only the stacks read', () => {
    const config = readFileSync(join(context, 'app/modelapp.config.js'), 'utf8');
    expect(config).toContain('"models"');
    expect(config).not.toMatch(/"(aws|capacity)"/);
  });

  it('has a health check of a few lines', () => {
    expect(readFileSync(join(context, 'app/health.js')).length).toBeLessThan(2_000);
  });
});

describe('A bundle', () => {
  const check = (source: string) =>
    runScript(`
      import { bundle, refusePackages, root } from './scripts/bundle.mjs';
      const stdin = { contents: ${JSON.stringify(source)}, resolveDir: root, sourcefile: 'entry.ts' };
      const { metafile } = await bundle({ stdin, outfile: 'out.js', write: false });
      refusePackages(metafile, ['constructs']);
    `);

  it('is refused if it holds a package that does not belong into it, which the error names', async () => {
    await expect(check(`export * from 'constructs';`)).rejects.toMatchObject({
      stderr: expect.stringContaining('constructs does not belong into this bundle; entry.ts imports it'),
    });
  });

  it('is accepted if it holds other packages', async () => {
    await expect(check(`export * from 'uuidv7';`)).resolves.toMatchObject({ stderr: '' });
  });
});
