import { cp, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildImage, codeOf, dataFilesOf, readConfig } from './build-image.mjs';
import { buildOnce } from './build-once.mjs';
import { bundle, notBundled, refusePackages, root } from './bundle.mjs';

/** What describes stacks and has no place in a function. */
const notInFunctions = ['aws-cdk-lib', 'constructs', 'cdk-nag'];

/** Functions that apply the service's migrations, and find them beside their code. */
const migrating = ['database-inside', 'tables'];

/**
 * Writes `<name>/index.js` for each `lambda/<folder>/<name>.handler.ts`.
 * @param {string} folder where to
 * @throws {Error} if a bundle holds a package that serves the description of stacks
 */
export async function buildFunctions(folder = join(root, 'dist/lambda')) {
  await rm(folder, { recursive: true, force: true });
  const files = await readdir(join(root, 'lambda'), { recursive: true });
  const handlers = files.filter((file) => file.endsWith('.handler.ts')).map((file) => join('lambda', file));
  await Promise.all(handlers.map((handler) => buildFunction(handler, folder)));
}

async function buildFunction(handler, folder) {
  const name = basename(handler, '.handler.ts');
  const target = join(folder, name);
  const { metafile } = await bundle({
    entryPoints: [handler],
    outfile: join(target, 'index.js'),
    external: ['pg-native'],
  });
  refusePackages(metafile, notInFunctions);
  if (migrating.includes(name)) {
    await cp(join(root, 'service/database/migrations'), join(target, 'migrations'), { recursive: true });
  }
}

/**
 * The CDK app. Only what describes stacks stays in node_modules, where the app loads the parts that it needs; the many small
 * files of other libraries load faster as one.
 */
const buildApp = () =>
  bundle({
    entryPoints: ['bin/modelapp.ts'],
    outfile: join(root, 'dist/cdk/app.js'),
    external: [...notBundled, ...notInFunctions],
  });

/** All that a build reads, but the data and the code of the models. npm writes the last one at each installation: it stands for the libraries. */
const sources = [
  ...['bin', 'config', 'custom-models', 'lambda', 'learning', 'lib', 'scripts', 'service', 'training'],
  ...['.dockerignore', 'Dockerfile', 'VERSION', 'package.json', 'package-lock.json', 'tsconfig.json'],
  'node_modules/.package-lock.json',
];

/** Builds all that the CDK CLI needs, which asks for it with every command, even with those that only list the stacks. */
async function buildAll() {
  const config = await readConfig();
  const ofModels = [];
  for (const model of Object.values(config.models)) {
    ofModels.push(...(await dataFilesOf(model)).map(([, file]) => file), ...((await codeOf(model))?.sources ?? []));
  }
  await buildOnce(
    {
      sources: [...sources, ...ofModels],
      values: config,
      outputs: ['dist/cdk', 'dist/image', 'dist/lambda'],
      stamp: 'dist/cdk.stamp',
    },
    () => Promise.all([buildApp(), buildFunctions(), buildImage()]),
  );
}

if (argv[1] === fileURLToPath(import.meta.url)) await buildAll();
