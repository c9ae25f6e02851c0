import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { loadConfig } from '../../config/file/load';
import { define } from '../../custom-models/definition';

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

describe('The code of a model of the own making', () => {
  it('is compiled to one text, for the place beside its file', async () => {
    const { stdout } = await runScript(`
      import { codeOf } from './scripts/build-image.mjs';
      console.log(JSON.stringify(await codeOf({ algorithm: './examples/custom/nearest.ts' })));`);

    const { text, builtFile, sources } = JSON.parse(stdout);
    expect(builtFile).toBe('./examples/custom/nearest.ts.built.js');
    expect(sources).toEqual(
      expect.arrayContaining([resolve('examples/custom/nearest.ts'), resolve('config/define.ts')]),
    );
    expect(define(text, resolve('examples/custom/nearest.ts'), './nearest.ts').kind).toBe('classifier');
  });

  it('must be there', async () => {
    const building = runScript(`
      import { codeOf } from './scripts/build-image.mjs';
      await codeOf({ algorithm: './examples/custom/farthest.ts' });`);

    await expect(building).rejects.toMatchObject({
      stderr: expect.stringContaining('./examples/custom/farthest.ts: there is no such file'),
    });
  });
});

describe('The runtime of ONNX files', () => {
  const folder = mkdtempSync(join(tmpdir(), 'modelapp-onnx-runtime-'));
  const copyRuntime = (config: object) =>
    runScript(`
      import { copyOnnxRuntime } from './scripts/copy-onnx-runtime.mjs';
      await copyOnnxRuntime(${JSON.stringify(config)}, ${JSON.stringify(folder)});
    `);

  afterAll(() => rmSync(folder, { recursive: true }));

  it('is left out without an ONNX model', async () => {
    await copyRuntime({ models: { iris: { algorithm: 'softmax' } } });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('comes with an ONNX model, whole enough to be loaded', async () => {
    await copyRuntime({ models: { iris: { algorithm: 'onnx' } } });
    const program = 'console.log(typeof require("onnxruntime-node").InferenceSession.create)';
    const { stdout } = await run(process.execPath, ['-e', program], { cwd: folder });
    expect(stdout).toBe('function\n');
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
