import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import cdkJson from '../../cdk.json';
import { runFolder } from '../support/test-run';

const config = `export default { models: { iris: {
  algorithm: 'softmax', source: { csv: 'iris.csv' }, target: 'species', mapping: [{ name: 'petal_length', type: 'float' }],
} } };`;

/** Stands for cdk-nag and refuses everything, so that nothing passes where the checks run. */
const refusesEverything =
  "exports.AwsSolutionsChecks = class { constructor() { throw new Error('the checks run'); } };";

let tree: string;

beforeAll(() => {
  tree = mkdtempSync(join(runFolder(), 'tree-'));
  symlinkSync(resolve('node_modules'), join(tree, 'node_modules'));
  writeFileSync(join(tree, 'VERSION'), '1.2.0\n');
  writeFileSync(join(tree, 'modelapp.config.ts'), config);
  mkdirSync(join(tree, 'dist/image'), { recursive: true });
  writeFileSync(join(tree, 'dist/image/Dockerfile'), 'FROM scratch');
  for (const name of ['database', 'database-inside', 'tables', 'release', 'rollout-guard']) {
    mkdirSync(join(tree, 'dist/lambda', name, 'migrations'), { recursive: true });
    writeFileSync(join(tree, 'dist/lambda', name, 'index.js'), '');
  }
  mkdirSync(join(tree, 'refusing/node_modules/cdk-nag'), { recursive: true });
  writeFileSync(join(tree, 'refusing/node_modules/cdk-nag/index.js'), refusesEverything);
  const external = ['aws-cdk-lib', 'constructs', 'cdk-nag', 'esbuild'];
  for (const folder of ['dist', 'refusing']) {
    const outfile = join(tree, folder, 'app.js');
    buildSync({ entryPoints: ['bin/modelapp.ts'], outfile, bundle: true, platform: 'node', external });
  }
});

/** Runs the app as the CDK CLI does, with an environment that holds no account and no region. */
function runApp(context: Record<string, unknown>, app = 'dist/app.js') {
  const out = mkdtempSync(join(runFolder(), 'assembly-'));
  const { status, stderr } = spawnSync(process.execPath, [app], {
    cwd: tree,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      CDK_OUTDIR: out,
      CDK_CONTEXT_JSON: JSON.stringify({ ...cdkJson.context, ...context }),
    },
  });
  const manifest = join(out, 'manifest.json');
  return { status, stderr, stacks: existsSync(manifest) ? stacksOf(manifest) : [] };
}

function stacksOf(manifest: string): string[] {
  const { artifacts } = JSON.parse(readFileSync(manifest, 'utf8')) as { artifacts: Record<string, { type: string }> };
  return Object.keys(artifacts).filter((id) => artifacts[id]?.type === 'aws:cloudformation:stack');
}

test('the stacks are those of the context, in an environment without account and region', () => {
  const { status, stacks } = runApp({ versions: '1.1.0', split: '1.1.0:90,1.2.0:10' });

  expect(status).toBe(0);
  expect(stacks.sort()).toEqual([
    'ModelApp-1-1-0',
    'ModelApp-1-2-0',
    'ModelApp-Base',
    'ModelApp-Split',
    'ModelApp-Traffic',
  ]);
});

test.each<[string, Record<string, unknown>]>([
  ['the CDK CLI bundles all stacks, as for synth and deploy', { 'aws:cdk:bundling-stacks': ['**'] }],
  ['it bundles one', { 'aws:cdk:bundling-stacks': ['ModelApp-Base'] }],
  ['nobody says', {}],
])('the templates are checked where %s', (_, context) => {
  const { status, stderr } = runApp(context, 'refusing/app.js');

  expect(stderr).toContain('the checks run');
  expect(status).toBe(1);
});

test('the templates are not checked where the CDK CLI bundles no stack, as for list and destroy', () => {
  const { status, stacks } = runApp({ 'aws:cdk:bundling-stacks': [] }, 'refusing/app.js');

  expect(status).toBe(0);
  expect(stacks).toContain('ModelApp-1-2-0');
});

test.each<[Record<string, unknown>, string]>([
  [{ split: '1.2.0:1000' }, "context 'split': '1.2.0:1000': the weight '1000' is not a whole number from 0 to 999"],
  [
    { split: '1.3.0:1' },
    "context 'split': '1.3.0' is none of the live versions 1.2.0: add it to the context value 'versions'",
  ],
  [{ traffic: 'yes' }, "context 'traffic': 'yes' is neither true nor false"],
  [{ versions: '1.2' }, "context 'versions': '1.2' is not a version: write MAJOR.MINOR.PATCH without leading zeros"],
])('the context %j is refused in one line', (context, message) => {
  const { status, stderr } = runApp(context);

  expect(stderr).toContain(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(status).toBe(1);
});
