import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startJob } from '../../../../service/jobs/running-jobs';
import { testVersion } from '../../../support/postgres/database';
import { givenCommandLine } from '../given-command-line';

jest.setTimeout(60_000);

const given = givenCommandLine({ migrated: false });

const listed = async () => JSON.parse((await given.run('models', 'list', 'iris', '--json')).stdout);

test('shows its progress, the scores and the revision, which is active', async () => {
  const { stdout, stderr, exitCode } = await given.run('train', 'iris');

  expect(stdout).toMatch(/^step 1: objective \d+\.\d+, gradient \d\.\de[+-]\d\n/);
  expect(stdout).toMatch(/\ntrain score 0\.\d{4}, test score 0\.\d{4}\niris: revision 1 is active\n$/);
  expect([stderr, exitCode]).toEqual(['', 0]);
  expect(await listed()).toMatchObject({ active: 1, revisions: [{ revision: 1, origin: 'train' }] });
});

test('keeps nothing that is not good enough, and says why', async () => {
  const { stdout, exitCode } = await given.run('train', 'iris', '--if-better-than', '1.1');

  expect(stdout).toMatch(/\niris: not kept, test score 0\.\d+ is below the minimum 1\.1\n$/);
  expect(exitCode).toBe(0);
  expect(await listed()).toMatchObject({ active: null, revisions: [] });
});

test('keeps nothing that does not beat the active revision', async () => {
  await given.run('train', 'iris');

  const { stdout } = await given.run('train', 'iris', '--better-than-active');

  expect(stdout).toMatch(/\niris: not kept, test score (0\.\d+) does not beat the active revision's \1\n$/);
});

test('does not activate if told so, and says how to', async () => {
  await given.run('train', 'iris');

  const { stdout } = await given.run('train', 'iris', '--no-activate');

  expect(stdout).toContain('iris: revision 2 is kept; to let it serve: modelapp models activate iris 2\n');
  expect(await listed()).toMatchObject({ active: 1, revisions: [{ revision: 1 }, { revision: 2 }] });
});

test('prints one JSON object per line, the last with the result', async () => {
  const { stdout } = await given.run('train', 'iris', '--json');

  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines[0]).toEqual({
    type: 'progress',
    iterations: 1,
    objective: expect.any(Number),
    gradientNorm: expect.any(Number),
  });
  expect(lines.at(-1)).toEqual({
    type: 'result',
    jobId: expect.any(String),
    model: 'iris',
    kept: true,
    revision: 1,
    activated: true,
    scores: { train: expect.any(Number), test: expect.any(Number) },
    reason: null,
  });
});

test('lists the models if it does not know the one asked for', async () => {
  const { stderr, exitCode } = await given.run('train', 'roses');

  expect(stderr).toBe("modelapp: there is no model 'roses'; the configuration has iris, ctr, movies\n");
  expect(exitCode).toBe(2);
});

test('refuses a score that is no number', async () => {
  const { stderr, exitCode } = await given.run('train', 'iris', '--if-better-than', 'good');

  expect(stderr).toBe("modelapp: --if-better-than: 'good' is not a number; write a score like 0.95\n");
  expect(exitCode).toBe(2);
});

test('waits for nobody: a model that is being trained is an error', async () => {
  await given.run('models', 'list');
  await startJob(given.database.pool, testVersion, 30_000, { kind: 'fit', model: 'iris', options: {} });

  const { stderr, exitCode } = await given.run('train', 'iris');

  expect(stderr).toBe("modelapp: another training of 'iris' goes on; wait for its end or cancel its job\n");
  expect(exitCode).toBe(1);
});

describe('with a configuration of its own', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'train-command-'));
    writeFileSync(join(folder, 'VERSION'), '1.0.0\n');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  /** Configures the model `flowers`, with `a` as its feature and `y` as its target. */
  const configure = (more = '') => {
    const path = join(folder, 'modelapp.config.ts');
    writeFileSync(
      path,
      `export default { models: { flowers: { algorithm: 'softmax', source: { csv: 'flowers.csv' }, target: 'y',
        mapping: [{ name: 'a', type: 'float' }], ${more} } } };`,
    );
    return path;
  };

  const trainFlowers = (config: string, ...options: string[]) =>
    given.run('train', 'flowers', '--config', config, ...options);

  test('absent data ends with 3', async () => {
    expect(await trainFlowers(configure())).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('flowers.csv'),
    });
  });

  test('bad data ends with 5 and names the line', async () => {
    writeFileSync(join(folder, 'flowers.csv'), 'a,y\n1,red\nmany,blue\n');

    expect(await trainFlowers(configure())).toMatchObject({
      exitCode: 5,
      stderr: expect.stringContaining("flowers.csv:3: a: 'many' is not a number"),
    });
  });

  test('a threshold without test data to check it with is a usage error', async () => {
    const config = configure('evaluation: { testFraction: 0 }');

    expect(await trainFlowers(config, '--if-better-than', '0.9')).toMatchObject({
      exitCode: 2,
      stderr: 'modelapp: a score threshold needs test data: set models.flowers.evaluation.testFraction above 0\n',
    });
  });
});
