import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import cdkJson from '../../../cdk.json';
import { firstRegion, priceList } from '../../../lib/cost/prices';
import { type Loopback, startLoopback } from '../../lambda/support/loopback';
import { buildDirectory } from '../../lib/support/synthesis';
import { runFolder } from '../../support/test-run';
import { writeProject } from '../aws/support/project';

jest.setTimeout(120_000);

const root = resolve(__dirname, '../../..');
const programs = mkdtempSync(join(runFolder(), 'cost-'));
const program = (name: string) => join(programs, `${name}.js`);

let aws: Loopback;
let calls = 0;

beforeAll(async () => {
  const common = { bundle: true, platform: 'node' } as const;
  for (const name of ['cost', 'late-clock']) {
    const entryPoints = [join(__dirname, 'programs', `${name}.ts`)];
    buildSync({ ...common, entryPoints, outfile: program(name), external: ['esbuild', 'pg-native'] });
  }
  const entryPoints = [join(root, 'bin/modelapp.ts')];
  buildSync({ ...common, entryPoints, outfile: program('app'), packages: 'external' });
  aws = await startLoopback(() => {
    calls += 1;
    return { status: 500 };
  });
});

afterAll(() => aws.close());

interface ProjectOptions {
  readonly aws?: Parameters<typeof writeProject>[0];
  readonly versions?: readonly string[];
  readonly cdk?: object;
}

/** A folder with the CDK app, in which nothing has been built yet. */
function project({ aws: section, versions = [], cdk }: ProjectOptions = {}): string {
  const folder = writeProject(section, { versions });
  const context = { ...cdkJson.context, 'modelapp:versions': versions };
  const build = `ln -s ${buildDirectory('FROM scratch')} dist`;
  writeFileSync(join(folder, 'cdk.json'), JSON.stringify(cdk ?? { app: `node ${program('app')}`, build, context }));
  return folder;
}

/** Runs `modelapp cost` in a folder, with credentials that it must not use. */
async function cost(folder: string, words: readonly string[] = [], variables: NodeJS.ProcessEnv = {}) {
  const env = {
    PATH: process.env.PATH,
    NODE_PATH: join(root, 'node_modules'),
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL: aws.url,
    AWS_CONFIG_FILE: join(folder, 'no-profile'),
    TMPDIR: mkdtempSync(join(folder, 'tmp-')),
    ...variables,
  };
  const args = [program('cost'), 'cost', ...words];
  const ended = await promisify(execFile)(process.execPath, args, { cwd: folder, env })
    .then(({ stdout, stderr }) => ({ stdout, stderr, code: 0 }))
    .catch(({ stdout, stderr, code }) => ({ stdout, stderr, code }));
  return { ...ended, left: readdirSync(env.TMPDIR) };
}

test('without anything it estimates all stacks in the first region of the prices, and says so', async () => {
  const { stdout, stderr, code, left } = await cost(project({ versions: ['1.1.0'] }));

  expect(stderr).toBe('Synthesising the stacks\n');
  expect(code).toBe(0);
  const region = firstRegion(priceList);
  expect(stdout).toContain(`No region is set: these are the prices of ${region}, the first of lib/prices.json.`);
  expect(stdout).toContain(`Prices in USD for ${region} of ${priceList.date}: `);
  for (const stack of ['Base', '1-2-0', '1-1-0'])
    expect(stdout).toMatch(new RegExp(`^ModelApp-${stack}: \\d+\\.\\d\\d$`, 'm'));
  expect(stdout).toMatch(/^Total: \d+\.\d\d USD a month$/m);
  expect(left).toEqual([]);
  expect(calls).toBe(0);
});

test('a version that is not listed is estimated alone, as one document', async () => {
  const folder = project({ aws: { region: 'eu-central-1', prefix: 'Staging-' } });

  const { stdout, code } = await cost(folder, ['1.5.0', '--json']);

  expect(code).toBe(0);
  const { region, regionAssumed, stacks, total, unpriced } = JSON.parse(stdout);
  expect({ region, regionAssumed, unpriced }).toEqual({ region: 'eu-central-1', regionAssumed: false, unpriced: [] });
  expect(stacks.map(({ stack }: { stack: string }) => stack)).toEqual(['Staging-ModelApp-1-5-0']);
  expect(stacks[0].sum).toBe(total);
  expect(JSON.parse(readFileSync(join(folder, 'cdk.json'), 'utf8')).context['modelapp:versions']).toEqual([]);
});

test('the event server is estimated alone, whether cdk.json asks for it or not', async () => {
  const { stdout, code } = await cost(project({ aws: { region: 'eu-central-1' } }), ['events', '--json']);

  const { stacks, total, unpriced } = JSON.parse(stdout);
  expect({ code, unpriced }).toEqual({ code: 0, unpriced: [] });
  expect(stacks.map(({ stack }: { stack: string }) => stack)).toEqual(['ModelApp-Events']);
  expect(total).toBeGreaterThan(0);
});

test('what training jobs run on is estimated alone, and costs next to nothing without a job', async () => {
  const { stdout, code } = await cost(project({ aws: { region: 'eu-central-1' } }), ['training', '--json']);

  const { stacks, total, usage, unpriced } = JSON.parse(stdout);
  expect({ code, unpriced }).toEqual({ code: 0, unpriced: [] });
  expect(stacks.map(({ stack }: { stack: string }) => stack)).toEqual(['ModelApp-Training']);
  expect(total).toBeLessThan(2);
  expect(usage).toContainEqual(expect.objectContaining({ what: expect.stringContaining('Spot'), unit: 'job hour' }));
});

test.each<[string, readonly string[], NodeJS.ProcessEnv]>([
  ['--region', ['--region', 'eu-nowhere-1'], {}],
  ['AWS_REGION', [], { AWS_REGION: 'eu-nowhere-1' }],
])('a region of %s without prices is refused before anything is built', async (_, words, variables) => {
  const folder = project();

  const { stdout, stderr, code } = await cost(folder, words, variables);

  expect(stderr).toBe(
    `modelapp: there are no prices for the region 'eu-nowhere-1'; there are for ${Object.keys(priceList.regions).join(', ')}: pass --region, or add it to lib/prices.json\n`,
  );
  expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
  expect(existsSync(join(folder, 'dist'))).toBe(false);
});

test.each<[string, readonly string[], string]>([
  ['a version that is none', ['1.2'], "'1.2' is not a version: write MAJOR.MINOR.PATCH"],
  ['a region that is none', ['--region', 'Frankfurt'], "'Frankfurt' is not an AWS region"],
])('%s is a usage error', async (_, words, message) => {
  const { stderr, code } = await cost(project(), words);

  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

test('a folder without cdk.json is named', async () => {
  const folder = project();
  rmSync(join(folder, 'cdk.json'));

  const { stderr, code } = await cost(folder);

  expect(stderr).toContain('cdk.json: cannot be read (ENOENT); run this in the folder of the CDK app');
  expect(code).toBe(2);
});

test.each<[string, object, string]>([
  ['app', { app: "echo 'VERSION: is empty' >&2; exit 1" }, 'VERSION: is empty'],
  ['build', { build: "echo 'no such bundle'; exit 3", app: 'true' }, 'no such bundle'],
])('what a failing %s says is passed on, without a stack trace', async (_, cdk, message) => {
  const { stdout, stderr, code } = await cost(project({ cdk }));

  expect(stderr).toContain(`modelapp: the stacks cannot be synthesised:\nmodelapp: ${message}\n`);
  expect(stderr).not.toMatch(/^\s+at /m);
  expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
});

test('old prices are warned of on standard error', async () => {
  const { stderr } = await cost(project({ cdk: { app: 'echo no >&2; exit 1' } }), [], {
    NODE_OPTIONS: `--require ${program('late-clock')}`,
  });

  expect(stderr).toMatch(/^warning: The prices of \d{4}-\d\d-\d\d are \d{4} days old: compare lib\/prices\.json/);
});

test('--help has an example', async () => {
  const { stdout, code } = await cost(project(), ['--help']);

  expect(stdout).toContain('Examples:\n  modelapp cost\n  modelapp cost 1.2.0 --region eu-central-1\n');
  expect(code).toBe(0);
});

test.each<[string, string, string, string]>([
  ['VERSION', '1.2\n', '', "'1.2' is not a version: write MAJOR.MINOR.PATCH without leading zeros, for example 1.2.0"],
  ['cdk.json', '{', '', 'is not valid JSON'],
  [
    'cdk.json',
    '{"app": "true", "context": {"modelapp:versions": ["1.1"]}}',
    'modelapp:versions: ',
    "'1.1' is not a version: write MAJOR.MINOR.PATCH without leading zeros, for example 1.2.0",
  ],
])('a mistake in %s is told as one of usage, and nothing is built', async (file, text, place, message) => {
  const folder = project();
  writeFileSync(join(folder, file), text);

  const { stdout, stderr, code } = await cost(folder);

  expect({ stdout, stderr, code }).toEqual({
    stdout: '',
    stderr: `modelapp: ${join(folder, file)}: ${place}${message}\n`,
    code: 2,
  });
  expect(existsSync(join(folder, 'dist'))).toBe(false);
});
