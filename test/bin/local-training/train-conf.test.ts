import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { evaluateCommand } from '../../../bin/commands/training/evaluate';
import { remoteTraining } from '../../../bin/commands/training/remote-train';
import { trainCommand } from '../../../bin/commands/training/train';
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
      /\nfind 1 model files\nload 4 model entries\nfind 1 data files\nload 500 examples\nauc: 0\.\d{6}\naccuracy: 0\.\d{6}\nlogloss: 0\.\d{6}\n/,
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

  test('knows no speed of a training of which others did a part', async () => {
    const { stdout } = await modelapp('train', conf(), '--json', '--resume');

    expect(objects(stdout).at(-1)).toMatchObject({ status: 'done', examplesPerSecond: null });
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

  test('misses validation data before it trains', async () => {
    writeFileSync(
      conf(),
      text((same) => same.replace('test.svm', 'none.svm')),
    );

    const { stdout, stderr, exitCode } = await modelapp('train', conf());

    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^modelapp: find 0 data files for '.*none\.svm'/);
    expect(stdout).toBe('');
    expect(existsSync(join(folder, 'model'))).toBe(false);
  });

  test('misses a folder for its model before it trains', async () => {
    writeFileSync(join(folder, 'model'), 'a file');

    const { stdout, stderr, exitCode } = await modelapp('train', conf());

    expect([stdout, exitCode]).toEqual(['', 4]);
    expect(stderr).toContain(`modelapp: ${folder}/model/ctr_S0: cannot be written: `);
  });

  test('misses a folder for checkpoints before it trains', async () => {
    const { stdout, stderr, exitCode } = await modelapp('train', conf(), '--checkpoint', `${folder}/test.svm`);

    expect([stdout, exitCode]).toEqual(['', 4]);
    expect(stderr).toContain(`modelapp: ${folder}/test.svm/1/manifest.json: cannot be written: `);
  });

  test('says that a model is not written if nothing says where to', async () => {
    writeFileSync(
      conf(),
      text((same) => same.replace(/model_output.*/, '')),
    );

    const { stdout, stderr, exitCode } = await modelapp('train', conf());

    expect(stderr).toBe(`modelapp: ${conf()}: has no model_output, so that the model is not written\n`);
    expect([stdout.includes('wrote'), exitCode]).toEqual([false, 0]);
  });

  test.each([
    ['--data', 'is of a model of modelapp.config.ts'],
    ['--region', 'is of a training in AWS, which --on aws asks for'],
  ])('refuses %s, which would have no effect', async (option, whose) => {
    const { stderr, exitCode } = await modelapp('train', conf(), option, 'any');

    expect([stderr, exitCode]).toEqual([`modelapp: ${option} ${whose}: leave it out\n`, 2]);
  });

  test('tells of the model files it wrote, even if the validation data is refused', async () => {
    writeFileSync(join(folder, 'test.svm'), 'no line\n');

    const { stdout, stderr, exitCode } = await modelapp('train', conf(), '--json');

    expect(exitCode).toBe(5);
    expect(stderr).toContain(`\nmodelapp: ${folder}/test.svm:1: label 'no' is not a finite number\n`);
    expect(objects(stdout).at(-1)).toEqual({
      type: 'result',
      status: 'failed',
      exitCode: 5,
      modelFiles: [`${folder}/model/ctr_S0`],
      examplesPerSecond: null,
    });
    expect((await modelapp('train', conf())).stdout).toContain(`wrote ${folder}/model/ctr_S0\n`);
  });

  test.each([
    ['in this process', [], 3],
    ['on threads', ['--workers', '2'], 3],
    ['on servers', ['--store-url', 'redis://127.0.0.1:1'], 4],
  ])('prints no table if it cannot begin %s', async (_, options, expected) => {
    writeFileSync(
      conf(),
      text((same) => same.replace('train.svm', 'none.svm')),
    );

    const { stdout, exitCode } = await modelapp('train', conf(), ...options);

    expect([stdout, exitCode]).toEqual(['', expected]);
  });

  test.each([
    ['by default', []],
    ['where it is told so', ['--store', 'memory']],
  ])('learns with several threads in memory %s', async (_, store) => {
    const { stdout, exitCode } = await modelapp('train', conf(), '--json', '--workers', '2', ...store);

    expect(exitCode).toBe(0);
    expect(objects(stdout).at(-1)).toMatchObject({ status: 'done', modelFiles: [`${folder}/model/ctr_S0`] });
    expect(existsSync(join(folder, 'model/.checkpoint/ctr'))).toBe(false);
  });

  test('says at Ctrl-C how to go on with all options that it began with', async () => {
    const listeners = process.listenerCount('SIGINT');
    const training = modelapp('train', conf(), '--max-bad-lines', '7%', '--checkpoint-every', '20', '--seed', '3');
    while (process.listenerCount('SIGINT') === listeners) await setImmediate();
    process.emit('SIGINT', 'SIGINT');

    const { stderr, exitCode } = await training;
    expect(exitCode).toBe(130);
    expect(stderr).toContain(`train ${conf()} --max-bad-lines 7% --checkpoint-every 20 --seed 3 --resume\n`);
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
      'several servers in memory',
      ['ctr.conf', '--store', 'memory', '--servers', '2'],
      2,
      /--store memory has no servers/,
    ],
    ['a threshold for revisions', ['ctr.conf', '--if-better-than', '0.5'], 2, /--if-better-than is of a model/],
    ['a revision that does not serve', ['ctr.conf', '--no-activate'], 2, /--no-activate is of a model/],
    ['a share above all', ['ctr.conf', '--max-bad-lines', '101%'], 2, /has to be a number, or a share/],
    ['a seed that is none', ['ctr.conf', '--seed', 'x'], 2, /has to be a whole number/],
  ])('refuses %s', async (_, [name, ...options], code, message) => {
    const { stderr, exitCode } = await modelapp('train', conf(name), ...options);

    expect(stderr).toMatch(message);
    expect(exitCode).toBe(code);
  });
});

describe('modelapp train MODEL', () => {
  test.each([
    ['workers', ['--workers', '4'], /--workers is of a configuration/],
    ['a seed', ['--seed', '2'], /--seed is of a configuration/],
  ])('refuses %s, which only a configuration has', async (_, options, message) => {
    const { stderr, exitCode } = await modelapp('train', 'iris', ...options);

    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });
});

describe('modelapp evaluate CONF', () => {
  test('gives the scores that the training ended with', async () => {
    const trained = await modelapp('train', conf(), '--json');

    const { stdout } = await modelapp('evaluate', conf(), '--json');

    const scores = (out: string) => objects(out).find(({ type }) => type === 'evaluation');
    expect(scores(stdout)).toEqual(scores(trained.stdout));
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
    ['a file that is not there', 'ctr2.conf', text, 3, /there is no such file/],
    [
      'a configuration without validation_data',
      'ctr.conf',
      () => text((same) => same.replace(/validation_data.*\n/, '')),
      2,
      /add validation_data/,
    ],
  ])('refuses %s', async (_, name, written, code, message) => {
    writeFileSync(conf(), written());

    const { stderr, exitCode } = await modelapp('evaluate', conf(name));

    expect(stderr).toMatch(message);
    expect(exitCode).toBe(code);
  });
});
