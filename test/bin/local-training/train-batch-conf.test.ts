import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { problems } from '../../learning/darlin/support/problems';
import { CommandLine } from '../commands/command-line';

let folder: string;
let commandLine: CommandLine;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modelapp-darlin-'));
  commandLine = new CommandLine();
  const { examples } = problems.oneHotGroups(1);
  const lines = examples.map(
    ({ label, entries }) => `${label};${entries.map(({ key, group }) => ` ${group} ${key}`).join(';')};\n`,
  );
  writeFileSync(join(folder, 'data'), lines.join(''));
  writeFileSync(
    conf(),
    `training_data { format: TEXT text: SPARSE_BINARY file: "${folder}/data" }
     validation_data { format: TEXT text: SPARSE_BINARY file: "${folder}/data" }
     model_output { format: TEXT file: "${folder}/model" }
     loss { type: LOGIT }
     penalty { type: L1 lambda: 0.5 }
     learning_rate { type: CONSTANT alpha: 1 }
     darlin { local_cache { format: BIN file: "${folder}/cache_" } }`,
  );
});
afterEach(() => {
  commandLine.remove();
  rmSync(folder, { recursive: true });
});
const conf = () => join(folder, 'clicks.conf');

test('modelapp train trains by darlin, writes the model and scores it', async () => {
  const { stdout, stderr, exitCode } = await commandLine.run('train', conf());
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toMatch(/^Train l_1 logistic regression by block coordinate descent\nLoaded 600 examples in /);
  expect(stdout).toMatch(/\n {3}0 \| \d\.\d{5}e\+\d\d {2}1\.000e\+00 \|/);
  expect(stdout).toContain('\nStopped: relative gap <= 1.0e-05\n');
  expect(stdout).toMatch(/\nauc: 0\.\d{6}\n/);
  expect(readFileSync(join(folder, 'model_S0'), 'utf8')).toMatch(/^(\d+\t-?\d[\d.e-]*\n){50,100}$/);
});

test('as JSON it prints an object for each pass, the evaluation and the result', async () => {
  await commandLine.run('train', conf());
  const { stdout, stderr } = await commandLine.run('train', conf(), '--json');
  const objects = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(objects[0]).toMatchObject({ type: 'pass', iter: 0, relative: 1, threshold: 1e20, active: 100 });
  expect(objects.at(-2)).toMatchObject({ type: 'evaluation', auc: expect.any(Number) });
  expect(objects.at(-1)).toMatchObject({ type: 'result', status: 'done', modelFiles: [join(folder, 'model_S0')] });
  expect(stderr).toContain('Hit local caches for the training data\n');
});

test('an option of other trainings is refused', async () => {
  const { stderr, exitCode } = await commandLine.run('train', conf(), '--sync-examples', '100');
  expect(stderr).toContain('--sync-examples is of async_sgd, and darlin has no syncs: leave it out');
  expect(exitCode).toBe(2);
});

test('what is in one process needs no servers', async () => {
  const { stderr, exitCode } = await commandLine.run(
    'train',
    conf(),
    '--store',
    'memory',
    '--store-url',
    'redis://127.0.0.1',
  );
  expect(stderr).toContain('--store memory has no servers');
  expect(exitCode).toBe(2);
});
