import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalJob, withLocalProcesses } from '../../../bin/local-training/local-job';
import { reportTo } from '../../../bin/local-training/report';
import { runFolder } from '../../support/test-run';
import { batchConf } from '../../training/darlin/support/batch-conf';

const command = process.argv[1]!;
const told = new AbortController();
const training = {
  confFile: 'ctr.conf',
  options: { storeUrl: 'redis://127.0.0.1:6379', checkpointEvery: 60, seed: 1 },
  report: reportTo(false),
  signal: told.signal,
  wrote: () => {},
};

/** Does as a scheduler does that saves its job when it has to end. */
async function lead({ begun, signal }: LocalJob): Promise<never> {
  begun();
  await once(signal, 'abort');
  saved = true;
  throw signal.reason;
}
let saved: boolean;

beforeEach(() => {
  saved = false;
});
afterEach(() => {
  process.argv[1] = command;
});

/** Lets workers be processes of a program. */
function workersDo(program: string): void {
  const path = join(mkdtempSync(join(runFolder(), 'worker-')), 'worker.js');
  writeFileSync(path, program);
  process.argv[1] = path;
}

test('a job on servers that go on ends in order when its workers fail, with their exit code', async () => {
  workersDo('process.exit(4)');

  await expect(withLocalProcesses(batchConf, training, lead)).rejects.toMatchObject({
    exitCode: 4,
    message: 'a worker ended; what it said is above',
  });
  expect(saved).toBe(true);
});

test('a worker that is told to end is replaced', async () => {
  workersDo(`
    const fs = require('node:fs');
    if (fs.existsSync(__filename + '.begun')) process.exit(4);
    fs.writeFileSync(__filename + '.begun', '');
    process.exit(143);`);
  const warnings: string[] = [];
  const report = { ...training.report, warning: (text: string) => void warnings.push(text) };

  await expect(withLocalProcesses(batchConf, { ...training, report }, lead)).rejects.toMatchObject({ exitCode: 4 });
  expect(warnings).toEqual(['a worker died of SIGTERM; another takes its place']);
});

test('what the workers failed of is told, even if the job cannot be saved', async () => {
  workersDo('process.exit(1)');

  const failing = withLocalProcesses(batchConf, training, (job) =>
    lead(job).catch(() => {
      throw new Error('the job cannot be saved');
    }),
  );
  await expect(failing).rejects.toThrow('a worker ended; what it said is above');
});

test('a job that is told to end does so, and its workers with it', async () => {
  workersDo('setInterval(() => {}, 1000)');
  const ending = withLocalProcesses(batchConf, training, (job) => {
    setImmediate(() => told.abort(new Error('told')));
    return lead(job);
  });

  await expect(ending).rejects.toThrow('told');
  expect(saved).toBe(true);
});
