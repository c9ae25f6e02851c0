import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { Random } from '../../../learning/random';
import { openConnection } from '../../../training/store/servers/connection';
import { type LocalServers, startLocalServers } from '../../../training/store/servers/local-servers';
import { infoField } from '../../../training/store/servers/topology';
import { runFolder } from '../../support/test-run';
import { runningProcesses } from './support/running-processes';

const command = resolve('dist/cli.js');

/** A dead worker is missed after 15 seconds. */
jest.setTimeout(300_000);

interface Outcome {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
}

describe('A training by DARLIN with several processes', () => {
  let folder: string;
  let servers: LocalServers | undefined;

  beforeAll(() => {
    folder = mkdtempSync(join(runFolder(), 'darlin-'));
    mkdirSync(join(folder, 'data'));
    for (let file = 0; file < 4; file++) writeClicks(join(folder, 'data', `part-${file}`), 10_000, file);
    writeFileSync(join(folder, 'clicks.conf'), conf);
  });
  afterEach(() => servers?.stop());

  function writeClicks(path: string, lines: number, seed: number): void {
    const random = new Random(seed);
    const weights = Array.from({ length: 1000 }, (_, key) => Math.sin(key));
    const rows = Array.from({ length: lines }, () => {
      const keys = new Set(Array.from({ length: 8 }, () => Math.floor(1000 * random.uniform() ** 3)));
      const margin = [...keys].reduce((sum, key) => sum + weights[key]!, -1);
      const label = random.uniform() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
      return `${label} ${[...keys].map((key) => `${key}:1`).join(' ')}\n`;
    });
    writeFileSync(path, rows.join(''));
  }

  const start = (...args: readonly string[]): ChildProcess =>
    spawn(process.execPath, [command, 'train', './clicks.conf', ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      // As a terminal starts it.
      detached: true,
    });

  async function ended(job: ChildProcess): Promise<Outcome> {
    const exit = once(job, 'exit');
    const [output, errors] = await Promise.all([text(job.stdout!), text(job.stderr!)]);
    const [exitCode] = (await exit) as [number | null];
    return { exitCode, output, errors };
  }

  /** Resolves in the middle of the first pass. */
  const begun = (job: ChildProcess): Promise<void> =>
    new Promise((done) => {
      let said = '';
      job.stdout!.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('iter |')) done();
      });
    });

  const model = (): string => readFileSync(join(folder, 'model/clicks_S0'), 'utf8');
  const objectiveOf = ({ output }: Outcome): number => Number(/.*\n {3}\d \| (\S+)/s.exec(output)![1]);
  const certificate = expect.stringContaining('\nStopped: relative gap <= 1.0e-05\n');

  it('comes to the certificate and the objective of one in memory', async () => {
    const alone = await ended(start());
    const together = await ended(start('--store', 'valkey', '--workers', '4'));
    expect([alone, together]).toMatchObject([
      { exitCode: 0, output: certificate },
      { exitCode: 0, output: certificate },
    ]);
    expect(Math.abs(objectiveOf(together) / objectiveOf(alone) - 1)).toBeLessThanOrEqual(2e-5);
  });

  it('does so with threads, without a server', async () => {
    const together = await ended(start('--workers', '4'));
    expect(together).toMatchObject({ exitCode: 0, errors: '', output: certificate });
  });

  it('repeats what a killed worker had to do: the model is that of an unbroken job, to the byte', async () => {
    await ended(start('--store', 'valkey', '--workers', '4'));
    const unbroken = model();
    const job = start('--store', 'valkey', '--workers', '4');
    const outcome = ended(job);
    await begun(job);
    const [victim] = runningProcesses().filter(({ parent, line }) => parent === job.pid && line.includes('job worker'));
    process.kill(victim!.pid, 'SIGKILL');
    const { exitCode, errors } = await outcome;
    expect([exitCode, errors]).toEqual([0, 'modelapp: a worker died of SIGKILL; another takes its place\n']);
    expect(model()).toBe(unbroken);
  });

  it('goes on with --resume when its scheduler was killed, with the workers that it left', async () => {
    servers = await startLocalServers(1, 0);
    const { servers: places, password } = servers.address;
    const url = `redis://:${password}@${places[0]!.host}:${places[0]!.port}`;
    const job = start('--workers', '2', '--store-url', url);
    const outcome = ended(job);
    await begun(job);
    job.kill('SIGKILL');
    const resumed = await ended(start('--workers', '2', '--store-url', url, '--resume'));
    expect(resumed).toMatchObject({ exitCode: 0, output: certificate });
    // Its errors end when the last of its workers has ended.
    expect(await outcome).toMatchObject({ exitCode: null, errors: '' });
  });

  it('is saved at Ctrl-C, which all processes of a terminal get, and goes on with --resume', async () => {
    const job = start('--store', 'valkey', '--workers', '3');
    const outcome = ended(job);
    await begun(job);
    process.kill(-job.pid!, 'SIGINT');
    const { exitCode, errors } = await outcome;
    expect([exitCode, errors]).toEqual([130, expect.stringContaining('modelapp: the job is saved; to go on: ')]);
    const resumed = await ended(start('--store', 'valkey', '--workers', '3', '--resume'));
    expect(resumed).toMatchObject({ exitCode: 0, errors: '', output: certificate });
  });

  it('goes on to the very model when the primary of its server is killed and the replica takes over', async () => {
    await ended(start('--store', 'valkey', '--workers', '3'));
    const unbroken = model();
    servers = await startLocalServers(1, 1);
    const [primary] = servers.address.servers;
    const url = `redis://:${servers.address.password}@${primary!.host}:${primary!.port}`;
    const job = start('--workers', '3', '--store-url', url, '--replicas', '1');
    const outcome = ended(job);
    await begun(job);
    const connection = await openConnection(primary!, servers.address.password);
    process.kill(Number(await infoField(connection, 'server', 'process_id')), 'SIGKILL');
    connection.disconnect();
    const { exitCode, errors } = await outcome;
    expect([exitCode, errors]).toEqual([0, expect.stringMatching(/is away; its replica .* takes over\n$/)]);
    expect(model()).toBe(unbroken);
  });

  it('ends with exit code 4 when its only server is killed, and goes on with another one', async () => {
    servers = await startLocalServers(1, 0);
    const [server] = servers.address.servers;
    const url = `redis://:${servers.address.password}@${server!.host}:${server!.port}`;
    const job = start('--workers', '2', '--store-url', url);
    const outcome = ended(job);
    await begun(job);
    await servers.stop();
    expect(await outcome).toMatchObject({ exitCode: 4, errors: expect.stringContaining('try again with --resume') });
    const resumed = await ended(start('--store', 'valkey', '--workers', '2', '--resume'));
    expect(resumed).toMatchObject({ exitCode: 0, errors: '', output: certificate });
  });
});

const conf = `
training_data { format: TEXT text: LIBSVM file: "data/part.*" }
model_output { format: TEXT file: "model/clicks" }
loss { type: LOGIT }
penalty { type: L1 lambda: 1 }
learning_rate { type: CONSTANT alpha: 1 }
darlin { }
`;
