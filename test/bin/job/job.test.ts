import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOutputManifest } from '../../../config/training/training-output';
import { type TaskName, type TrainingJob, taskEnvironment } from '../../../config/training/training-task';
import { type LocalServers, startLocalServers } from '../../../training/store/servers/local-servers';
import { runFolder } from '../../support/test-run';
import { type Ended, ModelappCommand } from '../aws/support/command';

jest.setTimeout(180_000);

let servers: LocalServers;
let folder: string;

beforeEach(async () => {
  servers = await startLocalServers(2, 0);
  folder = mkdtempSync(join(runFolder(), 'job-'));
});
afterEach(() => servers.stop());

/** Clicks that depend on whether key 1 is there, and 4 keys that mean nothing. */
const lines = (count: number): string =>
  Array.from({ length: count }, (_, i) => `${i % 3 === 0 ? 1 : -1} ${i % 3 === 0 ? 1 : 2}:1 ${10 + (i % 4)}:1\n`).join(
    '',
  );

function write(data: string): TrainingJob {
  writeFileSync(join(folder, 'clicks.txt'), data);
  writeFileSync(
    join(folder, 'ctr.conf'),
    `training_data { format: TEXT text: LIBSVM file: "${folder}/clicks.txt" }
     model_output { format: TEXT file: "model/ctr" }
     loss { type: LOGIT } penalty { type: L1 lambda: 0.1 } learning_rate { type: DECAY alpha: 0.5 beta: 1 }
     async_sgd { algo: FTRL minibatch: 100 }`,
  );
  return {
    id: 'ctr-1',
    conf: join(folder, 'ctr.conf'),
    output: join(folder, 'out'),
    servers: 2,
    replicas: 0,
    workers: 2,
    hostOf: ({ role, index }) => `${role}-${index}`,
  };
}

/** Runs a task of a job as its container does. */
function run(job: TrainingJob, task: TaskName, more: NodeJS.ProcessEnv = {}, ...words: string[]): Promise<Ended> {
  const { password, servers: places } = servers.address;
  const store = { addresses: places.map(({ host, port }) => `${host}:${port}`), replicas: 0 };
  const environment = { ...taskEnvironment(job, task, 0, store), MODELAPP_STORE_PASSWORD: password, ...more };
  return new ModelappCommand(folder, environment).run('job', task.role, ...words);
}

const runAll = (job: TrainingJob): Promise<readonly Ended[]> =>
  Promise.all([
    run(job, { role: 'scheduler', index: 0 }),
    run(job, { role: 'worker', index: 0 }),
    run(job, { role: 'worker', index: 1 }),
  ]);

test('scheduler and workers, told what the state machine tells them, train a model and hand it in', async () => {
  const [scheduler, ...workers] = await runAll(write(lines(3000)));

  expect([scheduler!.exitCode, ...workers.map(({ exitCode }) => exitCode)]).toEqual([0, 0, 0]);
  expect(scheduler!.stdout).toContain(' sec  examples    loss      auc   accuracy   |w|_0  updt ratio\n');
  const { files } = parseOutputManifest(readFileSync(join(folder, 'out/manifest.json'), 'utf8'));
  expect(files.map(({ name }) => name)).toEqual(['ctr_S0', 'ctr_S1']);
  const weights = new Map(
    files.flatMap(({ name }) =>
      readFileSync(join(folder, 'out', name), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line): [string, number] => [line.split('\t')[0]!, Number(line.split('\t')[1])]),
    ),
  );
  expect(weights.get('1')).toBeGreaterThan(0);
  expect(weights.get('2')).toBeLessThan(0);
});

/** Runs the scheduler of a job that has nothing else, as the state machine starts it. */
const runAlone = (conf: string): Promise<Ended> => {
  const job = { ...write(lines(3000)), servers: 1, workers: 1 };
  writeFileSync(job.conf, conf);
  return new ModelappCommand(folder, taskEnvironment(job, { role: 'scheduler', index: 0 }, 0)).run('job', 'scheduler');
};
const data = (field: string) => `${field} { format: TEXT text: LIBSVM file: "${folder}/clicks.txt" }`;
const outputOf = () => parseOutputManifest(readFileSync(join(folder, 'out/manifest.json'), 'utf8'));
const darlin = () =>
  `${data('training_data')} ${data('validation_data')} loss { type: LOGIT } penalty { type: L1 lambda: 0.1 }
   learning_rate { type: CONSTANT alpha: 1 }
   darlin { save_model_every_n_iter: 1 local_cache { format: BIN file: "cache/bcd_" } }`;

describe('a scheduler that does its job alone', () => {
  test('trains online', async () => {
    const { exitCode, stdout } = await runAlone(
      `${data('training_data')} model_output { format: TEXT file: "model/ctr" }
       loss { type: LOGIT } penalty { type: L1 lambda: 0.1 } learning_rate { type: DECAY alpha: 0.5 beta: 1 }
       async_sgd { algo: FTRL minibatch: 100 }`,
    );

    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(' sec  examples ')]);
    expect(outputOf()).toEqual({ files: [expect.objectContaining({ name: 'ctr_S0' })] });
  });

  test('trains by darlin, keeps what it parsed where it may write, and hands in the snapshots too', async () => {
    const { exitCode, stdout, stderr } = await runAlone(darlin());

    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('Stopped: relative gap <= 1.0e-05\n');
    const { files, evaluation } = outputOf();
    expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['model_S0', 'model_it_0_S0']));
    expect(evaluation).toMatchObject({ auc: 1 });
    expect(readdirSync(folder)).not.toContain('cache');
  });

  test('scores a model', async () => {
    writeFileSync(join(folder, 'old_S0'), '1\t2\n2\t-1\n');

    const { exitCode } = await runAlone(
      `${data('validation_data')} model_input { format: TEXT file: "${folder}/old_S0" } loss { type: LOGIT }`,
    );

    expect(exitCode).toBe(0);
    expect(outputOf()).toMatchObject({ files: [], evaluation: { auc: 1, accuracy: 1 } });
  });
});

test('scheduler and workers train by darlin, too', async () => {
  const job = write(lines(3000));
  writeFileSync(job.conf, darlin());

  const [scheduler, ...workers] = await runAll(job);

  expect([scheduler!.exitCode, ...workers.map(({ exitCode }) => exitCode)]).toEqual([0, 0, 0]);
  expect(scheduler!.stdout).toContain('Stopped: relative gap <= 1.0e-05\n');
  expect(outputOf().files.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['model_S0', 'model_S1', 'model_it_0_S0', 'model_it_0_S1']),
  );
});

test('a worker with a process for each core ends as its processes do', async () => {
  const job = { ...write(lines(3000)), workers: 1 };

  const ended = await Promise.all([
    run(job, { role: 'scheduler', index: 0 }, { MODELAPP_WORKER_PROCESSES: '3' }),
    run(job, { role: 'worker', index: 0 }, { MODELAPP_WORKER_PROCESSES: '3' }),
  ]);

  expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
});

test('a worker that comes when the job is done ends as the others did', async () => {
  const job = write(lines(300));
  await runAll(job);

  const late = await run(job, { role: 'worker', index: 1 });

  expect(late).toMatchObject({ exitCode: 0, stderr: '' });
});

test('a worker whose processes fail ends with their exit code', async () => {
  const job = { ...write(lines(100)), workers: 1 };

  const { exitCode } = await run(
    job,
    { role: 'worker', index: 0 },
    { MODELAPP_WORKER_PROCESSES: '2', MODELAPP_STORE_PASSWORD: 'wrong' },
  );

  expect(exitCode).toBe(4);
});

test('of data that nobody can learn from the scheduler tells, with the exit code for that', async () => {
  const [scheduler, ...workers] = await runAll(write('what is this\n'.repeat(100)));

  expect(scheduler!.exitCode).toBe(5);
  expect(scheduler!.stderr).toMatch(/lines are bad|no good line/);
  expect(workers.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
});

test('the scheduler bears as many bad lines as it is told to', async () => {
  const job = { ...write(`${lines(300)}what is this\n`), workers: 1 };

  const [scheduler] = await Promise.all([
    run(job, { role: 'scheduler', index: 0 }, {}, '--max-bad-lines', '0'),
    run(job, { role: 'worker', index: 0 }),
  ]);

  expect(scheduler.exitCode).toBe(5);
  expect(scheduler.stderr).toContain('1 of 301 lines are bad, more than --max-bad-lines 0');
});

test('outside of a container the command says what it is for', async () => {
  expect(await new ModelappCommand(folder, {}).run('job', 'scheduler')).toEqual({
    stdout: '',
    stderr: 'modelapp: MODELAPP_JOB_ID is not set: this command is for the containers of a training job\n',
    exitCode: 2,
  });
});
