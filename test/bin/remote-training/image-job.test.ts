import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { done, machine, type Started } from './fake-training';
import { givenTraining, imageJob } from './given-training';

jest.setTimeout(120_000);

const given = givenTraining();

describe('a job', () => {
  beforeEach(() => {
    given.aws.s3.objects.set('models/jobs/net-1/net_S0', Buffer.from('key\tweight\n'));
    given.aws.looks = [{ status: 'RUNNING' }, { status: 'RUNNING' }, done];
  });

  test('is started with a copy of its configuration, under an id that tells it', async () => {
    await given.train(...imageJob, '--servers', '2', '--workers', '4', '--', 'python', 'train.py', '--fast');

    const [{ name, stateMachineArn, input }] = given.aws.started as [Started];
    expect(name).toMatch(/^net-\d{14}-[0-9a-f]{4}$/);
    expect(stateMachineArn).toBe(machine);
    expect(JSON.parse(input)).toEqual({
      conf: `s3://artifacts/jobs/${name}/net.conf`,
      servers: 2,
      workers: 4,
      image: 'registry/net:1',
      command: ['python', 'train.py', '--fast'],
    });
    expect(given.aws.s3.objects.get(`jobs/${name}/net.conf`)?.toString()).toBe('layers: 3\n');
  });

  test('has the lines of its scheduler printed, its scores, and its model brought here', async () => {
    given.aws.lines = [' sec  examples\n', '   1  1.00e+03\n'];

    const { stdout, stderr, exitCode } = await given.train(...imageJob);

    expect(stdout).toBe(' sec  examples\n   1  1.00e+03\nauc: 0.75\nlogloss: nan\nnet-1/net_S0\n');
    expect(stderr).toMatch(
      /^Job net-\S+ is started\nnet-\S+ trains\nThe model is in s3:\/\/artifacts\/models\/jobs\/net-1\/\n$/,
    );
    expect(exitCode).toBe(0);
    expect(readFileSync(join(given.folder, 'net-1/net_S0'), 'utf8')).toBe('key\tweight\n');
  });

  test('as JSON is told line by line', async () => {
    given.aws.lines = ['one'];

    const { stdout } = await given.train(...imageJob, '--json');

    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { type: 'log', at: expect.any(String), text: 'one' },
      { type: 'evaluation', auc: 0.75, logloss: null },
      {
        type: 'result',
        status: 'done',
        exitCode: 0,
        jobId: 'net-1',
        model: 's3://artifacts/models/jobs/net-1/',
        modelFiles: ['net-1/net_S0'],
      },
    ]);
  });
});
