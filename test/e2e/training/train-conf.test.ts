import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { runFolder } from '../../support/test-run';
import { clickLines } from './support/clicks';
import { runningProcesses } from './support/running-processes';

const command = resolve('dist/cli.js');

/** Each trains some jobs with processes of their own. */
jest.setTimeout(300_000);

interface Outcome {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
}

describe('A training of a configuration with parameter servers', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(runFolder(), 'clicks-'));
    writeClicks('train.svm', 150_000, 1);
    writeClicks('test.svm', 20_000, 2);
  });

  beforeEach(() => writeFileSync(join(folder, 'ctr.conf'), conf));

  const writeClicks = (name: string, lines: number, seed: number): void =>
    writeFileSync(join(folder, name), `${clickLines(lines, seed).join('\n')}\n`);

  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess =>
    spawn(process.execPath, [command, 'train', './ctr.conf', ...args], {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

  async function ended(job: ChildProcess): Promise<Outcome> {
    const exit = once(job, 'exit');
    const [output, errors] = await Promise.all([text(job.stdout!), text(job.stderr!)]);
    const [exitCode] = (await exit) as [number | null];
    return { exitCode, output, errors };
  }

  const train = (...args: readonly string[]): Promise<Outcome> => ended(start(['--json', ...args]));

  const aucOf = ({ output }: Outcome): number =>
    output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; auc: number })
      .find(({ type }) => type === 'evaluation')!.auc;

  /** Waits until a job has as many workers, of which it tells the process ids. */
  async function workersOf(job: ChildProcess, count: number): Promise<readonly number[]> {
    for (;;) {
      const found = runningProcesses().filter(({ parent, line }) => parent === job.pid && line.includes('job worker'));
      if (found.length === count) return found.map(({ pid }) => pid);
      await delay(20);
    }
  }

  it('ends with as good a model as one in memory, in a file for each server', async () => {
    const alone = await train();
    const shared = await train('--store', 'valkey', '--servers', '2', '--workers', '3');
    expect([alone.exitCode, shared.exitCode]).toEqual([0, 0]);
    expect(Math.abs(aucOf(shared) - aucOf(alone))).toBeLessThan(0.003);
    expect(readdirSync(join(folder, 'model')).sort()).toEqual(['ctr_S0', 'ctr_S1']);
  });

  it('ends with as good a model with threads, without a server', async () => {
    const alone = await train();
    const shared = await ended(start(['--json', '--workers', '3'], { PATH: '/nowhere' }));
    expect([alone.exitCode, shared.exitCode]).toEqual([0, 0]);
    expect(Math.abs(aucOf(shared) - aucOf(alone))).toBeLessThan(0.003);
  });

  it('is saved at SIGTERM with threads, and goes on with --resume', async () => {
    // Three passes are over soon after the first row.
    writeFileSync(join(folder, 'ctr.conf'), conf.replace('num_data_pass: 3', 'num_data_pass: 12'));
    const alone = await train();
    const job = start(['--json', '--workers', '3']);
    const stopped = ended(job);
    await once(job.stdout!, 'data');
    job.kill('SIGTERM');
    const { exitCode, output, errors } = await stopped;
    expect([exitCode, errors]).toEqual([143, 'modelapp: stopped by SIGTERM\n']);
    expect(output).toContain('the job is saved; to go on: modelapp train ./ctr.conf --workers 3 --resume');
    const resumed = await train('--workers', '2', '--resume');
    expect(resumed.exitCode).toBe(0);
    expect(resumed.output).not.toContain('starts anew');
    expect(Math.abs(aucOf(resumed) - aucOf(alone))).toBeLessThan(0.003);
  });

  it('replaces a worker that is killed, and its model is as good', async () => {
    const alone = await train();
    const job = start(['--json', '--store', 'valkey', '--workers', '2']);
    const outcome = ended(job);
    const [victim] = await workersOf(job, 2);
    await once(job.stdout!, 'data');
    process.kill(victim!, 'SIGKILL');
    const { exitCode, output } = await outcome;
    expect([exitCode, output]).toEqual([
      0,
      expect.stringContaining('a worker died of SIGKILL; another takes its place'),
    ]);
    expect(Math.abs(aucOf(await outcome) - aucOf(alone))).toBeLessThan(0.003);
  });

  it('is saved at SIGTERM, goes on with --resume, and leaves no process', async () => {
    const alone = await train();
    const job = start(['--json', '--store', 'valkey', '--servers', '2', '--workers', '2']);
    const stopped = ended(job);
    await once(job.stdout!, 'data');
    await workersOf(job, 2);
    const servers = 2;
    const children = runningProcesses().filter(({ parent }) => parent === job.pid);
    job.kill('SIGTERM');
    const { exitCode, output, errors } = await stopped;
    expect([exitCode, errors]).toEqual([143, 'modelapp: stopped by SIGTERM\n']);
    expect(output).toContain('the job is saved; to go on: modelapp train ./ctr.conf --store valkey');
    expect(children).toHaveLength(servers + 2);
    expect(runningProcesses().filter(({ pid }) => children.some((child) => child.pid === pid))).toEqual([]);
    const resumed = await train('--store', 'valkey', '--servers', '2', '--workers', '2', '--resume');
    expect(resumed.exitCode).toBe(0);
    expect(resumed.output).not.toContain('starts anew');
    expect(Math.abs(aucOf(resumed) - aucOf(alone))).toBeLessThan(0.003);
  });

  it('says how to install a server where there is none', async () => {
    const { exitCode, errors } = await ended(start(['--store', 'valkey'], { PATH: '/nowhere' }));
    expect([exitCode, errors]).toEqual([2, expect.stringMatching(/^modelapp: neither .* install .*\n$/)]);
  });
});

const conf = `
training_data { format: TEXT text: LIBSVM file: "train.svm" }
validation_data { format: TEXT text: LIBSVM file: "test.svm" }
model_output { format: TEXT file: "model/ctr" }
loss { type: LOGIT }
penalty { type: L1 lambda: 0.1 }
learning_rate { type: DECAY alpha: 0.1 beta: 1 }
async_sgd { algo: FTRL minibatch: 200 num_data_pass: 3 }
`;
