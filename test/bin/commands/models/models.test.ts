import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelTables } from '../../../../service/models/tables';
import { testVersion } from '../../../support/postgres/database';
import { givenCommandLine } from '../given-command-line';

jest.setTimeout(60_000);

const given = givenCommandLine({ migrated: false });

const train = () => given.run('train', 'iris');
const models = (...words: string[]) => given.run('models', ...words);

test('list says that there is no revision yet', async () => {
  expect((await models('list')).stdout).toBe(
    'iris:\n  no revision yet\nctr:\n  no revision yet\nmovies:\n  no revision yet\n',
  );
});

test('list shows number, time, origin, scores and which one is active', async () => {
  await train();
  await train();

  const { stdout } = await models('list', 'iris');

  const row = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  train    train 0\.\d{4}  test 0\.\d{4}`;
  expect(stdout).toMatch(new RegExp(`^iris:\n   1  ${row}\n   2  ${row}  active\n$`));
});

test('import makes a revision of the text files of a job, scored on the validation data', async () => {
  const files = ['1\t1.5\n3\t-2\n', '7\t0.25\n'].map((text, i) => {
    const file = join(given.data, `model_S${i}`);
    writeFileSync(file, text);
    return file;
  });

  const { stdout, exitCode } = await models('import', 'ctr', ...files);

  expect(exitCode).toBe(0);
  const scores = String.raw`auc 0\.\d{4}  logloss \d\.\d{4}  accuracy 0\.\d{4}`;
  expect(stdout).toMatch(new RegExp(`^ctr:\n   1  .*  import   train -       test -       ${scores}  active\n$`));
});

test('list aligns revisions with more scores and with fewer', async () => {
  // GIVEN
  const file = join(given.data, 'model_S0');
  writeFileSync(file, '1\t1.5\n3\t-2\n');
  await models('import', 'ctr', file);
  await models('import', 'ctr', file);
  await given.database.pool.query(`update ${modelTables(testVersion).revisions} set metrics = null where revision = 2`);
  await models('rollback', 'ctr');

  // WHEN
  const { stdout } = await models('list', 'ctr');

  // THEN
  const [, first = '', second = ''] = stdout.split('\n');
  expect(first.indexOf('active')).toBeGreaterThan(0);
  expect(second.indexOf('rolled back')).toBe(first.indexOf('active'));
});

test('import names a file that is not there', async () => {
  expect(await models('import', 'ctr', '/nowhere/model_S0')).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining("find 0 model files for '/nowhere/model_S0'"),
  });
});

test('activate, rollback and delete print the list as it is then', async () => {
  await train();
  await train();

  const active = async (...words: string[]) => JSON.parse((await models(...words, '--json')).stdout).active;

  expect(await active('activate', 'iris', '1')).toBe(1);
  expect(await active('rollback', 'iris')).toBe(2);
  expect(await active('delete', 'iris', '1')).toBe(2);
});

test.each([
  [['list', 'roses'], "there is no model 'roses'; the configuration has iris, ctr, movies", 2],
  [['activate', 'roses', '1'], "there is no model 'roses'; the configuration has iris, ctr, movies", 2],
  [['activate', 'iris', 'first'], "revision: 'first' is not a whole number from 1 to 2147483647", 2],
  [['activate', 'iris', '7'], "the model 'iris' has no revision 7", 3],
  [['delete', 'iris', '7'], "the model 'iris' has no revision 7", 3],
  [['delete', 'iris', '1'], "revision 1 of 'iris' is active: activate another one first", 1],
  [
    ['import', 'iris', 'model_S0'],
    'models.iris is softmax; only models of sparse-linear and onnx have files to import',
    2,
  ],
  [['rollback', 'iris'], "no revision of 'iris' was active before", 1],
])('%j is refused: %s', async (words, message, exitCode) => {
  await train();

  expect(await models(...words)).toEqual({ stdout: '', stderr: `modelapp: ${message}\n`, exitCode });
});
