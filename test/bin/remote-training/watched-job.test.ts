import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { done, executionOf } from './fake-training';
import { givenTraining } from './given-training';

jest.setTimeout(120_000);

const given = givenTraining();

test('a job is watched again by its id', async () => {
  given.aws.s3.objects.set('models/jobs/net-1/net_S0', Buffer.from('key\tweight\n'));
  given.aws.looks = [{ status: 'RUNNING' }, { status: 'RUNNING' }, done];
  given.aws.lines = ['one'];

  const { stdout, exitCode } = await given.train('--attach', 'net-1');

  expect(given.aws.started).toEqual([]);
  expect(stdout).toBe('one\nauc: 0.75\nlogloss: nan\nnet-1/net_S0\n');
  expect(exitCode).toBe(0);
});

test.each([
  ['JobFailed', 'the scheduler ended with exit code 1 (it diverged)', 1],
  ['DataAbsent', 'the scheduler ended with exit code 3 (find 0 data files)', 3],
  ['NoAccess', 'the scheduler ended with exit code 4 (no store)', 4],
  ['DataRefused', 'the scheduler ended with exit code 5 (bad lines)', 5],
  ['NoCapacity', '2 of 5 machines came', 1],
  ['States.DataLimitExceeded', '', 1],
])('a job that failed as %s ends the command with its exit code', async (error, cause, code) => {
  given.aws.looks = [{ status: 'FAILED', error, cause }];

  const { stderr, exitCode } = await given.train('--attach', 'net-1');

  expect(stderr).toContain(`modelapp: the job net-1 failed: ${cause || error}\n`);
  expect(exitCode).toBe(code);
});

test('Ctrl-C ends the watching only, and names the ways to go on', async () => {
  given.aws.lines = ['one'];
  const child = given.command().start('train', '--attach', 'net-1');
  const errors = text(child.stderr!);
  await once(child.stdout!, 'data');

  child.kill('SIGINT');

  const [exitCode] = await once(child, 'close');
  expect(await errors).toContain(
    'net-1 goes on. To watch it: modelapp train --attach net-1; to end it: modelapp train --stop net-1\n',
  );
  expect([exitCode, given.aws.stopped]).toEqual([130, []]);
});

describe('--stop', () => {
  test('ends a job', async () => {
    const { stderr, exitCode } = await given.train('--stop', 'net-1');

    expect(given.aws.stopped).toMatchObject([{ executionArn: executionOf('net-1') }]);
    expect(stderr).toBe('Job net-1 is stopped; the budget guard ends its machines within some minutes\n');
    expect(exitCode).toBe(0);
  });

  test('of a job that has ended says so', async () => {
    given.aws.looks = [done];

    expect(await given.train('--stop', 'net-1')).toEqual({
      stdout: '',
      stderr: 'modelapp: the job net-1 has ended\n',
      exitCode: 3,
    });
  });
});

test.each(['--attach', '--stop'])('%s of a job that is not there says so', async (option) => {
  expect(await given.train(option, 'gone')).toMatchObject({
    stderr: 'modelapp: there is no job gone; AWS keeps them for 90 days\n',
    exitCode: 3,
  });
});

test('a stopped job is told by who watches it', async () => {
  given.aws.looks = [{ status: 'RUNNING' }, { status: 'ABORTED' }];

  expect(await given.train('--attach', 'net-1')).toMatchObject({
    stderr: expect.stringContaining('modelapp: the job net-1 was stopped\n'),
    exitCode: 1,
  });
});
