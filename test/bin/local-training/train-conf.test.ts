import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluateCommand } from '../../../bin/commands/evaluate';
import { remoteTraining } from '../../../bin/commands/remote-train';
import { trainCommand } from '../../../bin/commands/train';
import { run } from '../../../bin/failure';
import { createProgram } from '../../../bin/program';
import { writeClicks } from '../../training/sparse-linear/click-data';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'train-conf-'));
  writeClicks(folder, 'train.svm', 2000, 1);
  writeClicks(folder, 'test.svm', 500, 2);
  writeFileSync(conf(), text());
});

afterEach(() => rmSync(folder, { recursive: true }));

const conf = (name = 'ctr.conf') => join(folder, name);

const text = (change: (text: string) => string = (same) => same) =>
  change(`training_data { format: TEXT text: LIBSVM file: "${folder}/train.svm" }
validation_data { format: TEXT text: LIBSVM file: "${folder}/test.svm" }
model_output { format: TEXT file: "${folder}/model/ctr" }
loss { type: LOGIT }
penalty { type: L1 lambda: 0.1 }
learning_rate { type: DECAY alpha: 0.5 beta: 1 }
async_sgd { algo: FTRL minibatch: 50 num_data_pass: 4 }
`);

async function modelapp(...words: string[]) {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    jest.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      printed[stream] += chunk;
      return true;
    }),
  );
  await run(createProgram([trainCommand(remoteTraining), evaluateCommand()]), ['node', 'modelapp', ...words]);
  for (const spy of spies) spy.mockRestore();
  const exitCode = Number(process.exitCode ?? 0);
  process.exitCode = 0;
  return { ...printed, exitCode };
}

const objects = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('modelapp train CONF', () => {
  test('shows the table of the original, scores the model and says where it is', async () => {
    const { stdout, stderr, exitCode } = await modelapp('train', conf());

    expect([stderr, exitCode]).toEqual(['', 0]);
    expect(stdout).toMatch(
      /^ sec {2}examples {4}loss {6}auc {3}accuracy {3}\|w\|_0 {2}updt ratio\n {3}\d {2}8\.00e\+03 {2}\d\.\d{3}e-01 {2}0\.\d{4} {2}0\.\d{4} /,
    );
    expect(stdout).toMatch(
      /\nfind 1 data files\nload 500 examples\nauc: 0\.\d{6}\naccuracy: 0\.\d{6}\nlogloss: 0\.\d{6}\n/,
    );
    expect(stdout).toContain(`\nwrote ${folder}/model/ctr_S0\n`);
    expect(readFileSync(join(folder, 'model/ctr_S0'), 'utf8')).toMatch(/^3\t2\.\d+\n11\t-2\.\d+\n/);
  });

  test('leaves no checkpoint when it is done', async () => {
    await modelapp('train', conf(), '--checkpoint-every', '1');

    expect(existsSync(join(folder, 'model/.checkpoint/ctr'))).toBe(false);
  });

  test('prints objects with --json, the last with the result', async () => {
    const { stdout } = await modelapp('train', conf(), '--json');

    expect(objects(stdout)).toEqual([
      expect.objectContaining({ type: 'progress', examples: 8000 }),
      expect.objectContaining({ type: 'evaluation', examples: 500, badLines: 0 }),
      {
        type: 'result',
        status: 'done',
        exitCode: 0,
        modelFiles: [`${folder}/model/ctr_S0`],
        examplesPerSecond: expect.any(Number),
      },
    ]);
  });

  test('ends its objects with a result if it fails, too', async () => {
    writeFileSync(
      conf(),
      text((same) => same.replace('train.svm', 'none.svm')),
    );

    const { stdout, stderr, exitCode } = await modelapp('train', conf(), '--json');

    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^modelapp: find 0 data files for '.*none\.svm'; in .* are ctr\.conf, /);
    expect(objects(stdout)).toEqual([
      { type: 'result', status: 'failed', exitCode: 3, modelFiles: [], examplesPerSecond: null },
    ]);
  });

  test('scores only, without a way to learn', async () => {
    await modelapp('train', conf());
    writeFileSync(
      conf('score.conf'),
      `validation_data { format: TEXT text: LIBSVM file: "${folder}/test.svm" }
       model_input { format: TEXT file: "${folder}/model/ctr.*" }
       loss { type: LOGIT }`,
    );

    const { stdout, exitCode } = await modelapp('train', conf('score.conf'));

    expect(stdout).toMatch(/^find 1 model files\nload 4 model entries\nfind 1 data files\nload 500 examples\nauc: /);
    expect(exitCode).toBe(0);
  });

  test.each([
    ['an absent configuration', ['none.conf'], 3, /none\.conf: there is no such file/],
    [
      'several workers in memory',
      ['ctr.conf', '--store', 'memory', '--workers', '2'],
      2,
      /--store memory is for one worker/,
    ],
    ['a share above all', ['ctr.conf', '--max-bad-lines', '101%'], 2, /has to be a number, or a share/],
    ['a seed that is none', ['ctr.conf', '--seed', 'x'], 2, /has to be a whole number/],
  ])('refuses %s', async (_, [name, ...options], code, message) => {
    const { stderr, exitCode } = await modelapp('train', conf(name), ...options);

    expect(stderr).toMatch(message);
    expect(exitCode).toBe(code);
  });
});

describe('modelapp evaluate CONF', () => {
  test('gives the scores that the training ended with', async () => {
    const trained = await modelapp('train', conf(), '--json');

    const { stdout } = await modelapp('evaluate', conf(), '--json');

    const scores = (out: string) => objects(out).find(({ type }) => type === 'evaluation');
    expect(scores(stdout).auc).toBe(scores(trained.stdout).auc);
    expect(scores(stdout).logloss).toBeCloseTo(scores(trained.stdout).logloss, 8);
  });

  test('tells how far off the squared loss is', async () => {
    writeFileSync(
      conf(),
      text((same) => same.replace('LOGIT', 'SQUARE')),
    );
    await modelapp('train', conf());

    const { stdout } = await modelapp('evaluate', conf());

    expect(stdout).toMatch(/\nrmse: 0\.\d{6}\nmae: 0\.\d{6}\n$/);
  });

  test.each([
    ['a model that was not trained yet', 'ctr.conf', text, 3, /find 0 model files for '.*ctr_S/],
    ['a name that is none of a file', 'ctr', text, 2, /is no file of a configuration|there is no such file/],
    [
      'a configuration without validation_data',
      'ctr.conf',
      () => text((same) => same.replace(/validation_data.*\n/, '')),
      2,
      /add validation_data/,
    ],
  ])('refuses %s', async (_, name, written, code, message) => {
    writeFileSync(conf(), written());

    const { stderr, exitCode } = await modelapp('evaluate', name === 'ctr' ? name : conf(name));

    expect(stderr).toMatch(message);
    expect(exitCode).toBe(code);
  });
});
