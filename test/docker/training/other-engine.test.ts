import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Ended, ModelappCommand } from '../../bin/aws/support/command';
import { runFolder } from '../../support/test-run';
import { baseImage, importBase } from '../built-image';
import { type DockerDaemon, startDockerDaemon } from '../docker-daemon';
import { describeWithDocker } from '../requirements';

jest.setTimeout(300_000);

describeWithDocker("Another engine's image, on this machine", () => {
  let daemon: DockerDaemon;
  let folder: string;

  beforeAll(async () => {
    daemon = await startDockerDaemon();
    await importBase(daemon.docker);
  });
  afterAll(() => daemon?.stop());

  beforeEach(() => {
    folder = mkdtempSync(join(runFolder(), 'engine-'));
    writeFileSync(join(folder, 'net.conf'), 'learning rate: 1');
  });
  /** Nothing of a job stays but its files. */
  afterEach(async () => {
    expect(await daemon.docker('ps', '--all', '--quiet')).toBe('');
    expect(await daemon.docker('network', 'ls', '--filter', 'name=modelapp', '--quiet')).toBe('');
  });

  const command = () => new ModelappCommand(folder, { DOCKER_HOST: daemon.host, AWS_REGION: 'eu-central-1' });

  const words = (...script: readonly string[]) => [
    ...['train', 'net.conf', '--image', baseImage, '--servers', '1', '--workers', '2', '--json'],
    ...['--', 'sh', '-c', script.join('\n')],
  ];

  const run = (...script: readonly string[]): Promise<Ended> => command().run(...words(...script));

  /** The last object that the command printed, which tells how it ended. */
  const resultOf = ({ stdout }: Ended) => JSON.parse(stdout.trim().split('\n').at(-1)!);

  /** Serves until it is told to end. */
  const serve = `case $DMLC_ROLE in server) trap 'echo told to end; exit 0' TERM; while :; do sleep .1; done;; esac`;

  it('plays all roles, told all that engines ask for, and reads the configuration', async () => {
    const ended = await run('env > $MODELAPP_OUTPUT/$DMLC_ROLE-$DMLC_TASK_ID', serve, 'cat $MODELAPP_CONF');

    expect(ended).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('worker 1: learning rate: 1\n') });
    expect(JSON.parse(ended.stdout.split('\n')[0]!)).toMatchObject({ type: 'log', text: 'learning rate: 1' });
    const { modelFiles, ...result } = resultOf(ended);
    expect(result).toEqual({ type: 'result', status: 'done', exitCode: 0, examplesPerSecond: null });
    const told = new Map<string, Record<string, string>>(
      modelFiles.map((file: string) => [
        basename(file),
        Object.fromEntries(
          readFileSync(file, 'utf8')
            .split('\n')
            .map((line) => line.split(/=(.*)/)),
        ),
      ]),
    );
    expect([...told.keys()].sort()).toEqual(['scheduler-3', 'server-2', 'worker-0', 'worker-1']);
    expect(told.get('worker-1')).toMatchObject({
      DMLC_ROLE: 'worker',
      DMLC_PS_ROOT_URI: 'scheduler-0',
      DMLC_PS_ROOT_PORT: '8000',
      DMLC_TRACKER_URI: 'scheduler-0',
      DMLC_NUM_SERVER: '1',
      DMLC_NUM_WORKER: '2',
      DMLC_NODE_HOST: 'worker-1',
      DMLC_WORKER_ID: '1',
      DMLC_NUM_ATTEMPT: '0',
      PORT: '8003',
      AWS_REGION: 'eu-central-1',
      MODELAPP_CONF: join(folder, 'net.conf'),
    });
    expect(JSON.parse(told.get('server-2')!.TF_CONFIG!)).toEqual({
      cluster: { chief: ['scheduler-0:8000'], ps: ['server-0:8001'], worker: ['worker-0:8002', 'worker-1:8003'] },
      task: { type: 'ps', index: 0 },
    });
  });

  it('finds its tasks by their host names', async () => {
    const { exitCode, stderr } = await run(serve, 'until getent hosts server-0; do sleep .1; done');

    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/^worker 0: \d+\.\d+\.\d+\.\d+ +server-0/m);
  });

  it('has its servers stopped once scheduler and workers have ended', async () => {
    expect(await run(serve)).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('server 0: told to end\n') });
  });

  it('has a task started again that ended badly', async () => {
    const { exitCode, stderr } = await run(serve, '[ $DMLC_ROLE-$DMLC_NUM_ATTEMPT != worker-0 ] || exit 7');

    expect(exitCode).toBe(0);
    expect(stderr).toContain('worker 1 ended with exit code 7, and is started again\n');
  });

  it('ends with exit code 1 when a task failed four times', async () => {
    const ended = await run(serve, '[ "$DMLC_WORKER_ID" != 1 ] || exit 7');

    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toContain('modelapp: worker 1 failed 4 times, at last with exit code 7\n');
    expect(resultOf(ended)).toMatchObject({ status: 'failed', exitCode: 1, modelFiles: [] });
  });

  it('ends with exit code 130 at Ctrl-C', async () => {
    const child = command().start(...words('echo begun', 'trap "exit 0" TERM; while :; do sleep .1; done'));
    const lines = createInterface({ input: child.stdout! });
    const begun = once(lines, 'line');
    expect(String(await begun)).toContain('begun');
    child.kill('SIGINT');

    expect(await once(child, 'exit')).toEqual([130, null]);
    expect(readdirSync(join(folder, 'jobs'))).toHaveLength(1);
  });

  it('ends with exit code 3 where there is no such image', async () => {
    const words = ['train', 'net.conf', '--image', '127.0.0.1:9/absent:1'];

    expect(await command().run(...words)).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(
        /^modelapp: the image 127\.0\.0\.1:9\/absent:1 is not here and cannot be pulled: /m,
      ),
    });
  });
});
