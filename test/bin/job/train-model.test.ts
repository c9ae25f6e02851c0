import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseOutputRevision } from '../../../config/training/training-output';
import { loadModel } from '../../../learning/load-model';
import { migrationsDirectory } from '../../../service/database/migrations';
import { readRevision } from '../../../service/models/load-revision';
import { Registry } from '../../../service/models/registry';
import { openModelStore } from '../../../service/models/store/open-model-store';
import { createTestDatabase, type TestDatabase, testVersion } from '../../support/postgres/database';
import { runFolder } from '../../support/test-run';
import { builtCli, ModelappCommand } from '../aws/support/command';
import { writeProject } from '../aws/support/project';

jest.setTimeout(120_000);

let database: TestDatabase;
let folder: string;

beforeAll(() => cpSync(migrationsDirectory(), join(dirname(builtCli()), 'migrations'), { recursive: true }));
beforeEach(async () => {
  database = await createTestDatabase({ migrated: true });
  folder = writeProject({}, { version: testVersion });
  cpSync('examples/iris/iris.csv', join(folder, 'iris.csv'));
});
afterEach(() => database.drop());

/** Runs the task that trains a model. */
async function train(words: readonly string[], url = database.url) {
  const output = mkdtempSync(join(runFolder(), 'out-'));
  const variables = { MODELAPP_DATABASE_URL: url, MODELAPP_DATA: join(folder, 'data'), MODELAPP_OUTPUT: output };
  const ended = await new ModelappCommand(folder, variables).run('job', 'model', ...words);
  return { ...ended, made: () => parseOutputRevision(readFileSync(join(output, 'revision.json'), 'utf8')) };
}

test('a model gets a new revision, which serves, and the job is told which', async () => {
  const { exitCode, stdout, made } = await train(['iris']);

  expect(exitCode).toBe(0);
  expect(stdout).toContain('iris: revision 1 is active\n');
  expect(made()).toEqual({
    model: 'iris',
    revision: 1,
    activated: true,
    reason: null,
    scores: { train: expect.any(Number), test: expect.any(Number) },
  });
});

test('a revision that is not to serve is kept only', async () => {
  await train(['iris']);

  const { made } = await train(['iris', '--no-activate']);

  expect(made()).toMatchObject({ revision: 2, activated: false });
});

test('parameters take the place of those of the model', async () => {
  const { exitCode } = await train(['iris', '--parameters', '{"lambda":7}']);

  expect(exitCode).toBe(0);
  const store = openModelStore(join(folder, 'data/models'));
  const { models } = await new Registry(database.pool, testVersion, store, { models: {}, directory: folder }).current([
    'iris',
  ]);
  const { header } = loadModel(await readRevision(store, models.get('iris')!.active));
  expect(header.hyperparameters).toMatchObject({ lambda: 7 });
});

test.each([
  ['{"lambda":"much"}', '--parameters.lambda: must be number, not "much"'],
  ['{"rank":3}', '--parameters.rank: is no parameter of softmax; it has'],
  ['[1]', '--parameters: must be a JSON object'],
  ['{', '--parameters: must be a JSON object'],
])('%s as parameters is refused with what is wrong', async (json, fault) => {
  const { exitCode, stderr } = await train(['iris', '--parameters', json]);

  expect(exitCode).toBe(2);
  expect(stderr).toContain(`modelapp: ${fault}`);
});

test('a model that is not in the configuration is named, with those that are', async () => {
  const { exitCode, stderr } = await train(['irises']);

  expect(exitCode).toBe(2);
  expect(stderr).toBe("modelapp: there is no model 'irises'; the configuration has iris\n");
});

test('a database out of reach ends it with the exit code for that, and nothing is told', async () => {
  const { exitCode, made } = await train(['iris'], 'postgres://modelapp@127.0.0.1:1/modelapp');

  expect(exitCode).toBe(4);
  expect(made).toThrow('ENOENT');
});
