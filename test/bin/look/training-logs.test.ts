import { type Answerer, type Loopback, startLoopback } from '../../lambda/support/loopback';
import { answersJson, fails } from '../aws/support/answers';
import { awsAt, ModelappCommand } from '../aws/support/command';
import { FakeCloudFormation } from '../aws/support/fake-cloudformation';
import { fakeSts } from '../aws/support/fake-sts';
import { writeProject } from '../aws/support/project';

jest.setTimeout(120_000);

interface Query {
  readonly logGroupName: string;
  readonly startTime: number;
  readonly endTime?: number;
}

/** When the job started. */
const start = Date.parse('2026-05-04T12:00:00Z');
const minute = 60_000;

/** Messages by the name of their group, and the minute of the job in which they were written. */
type Lines = Readonly<Record<string, readonly (readonly [minutes: number, message: string])[]>>;

let lines: Lines;
let job: object;
let queries: Query[];
let aws: Loopback;

beforeEach(async () => {
  lines = {};
  job = { status: 'RUNNING' };
  queries = [];
  const answerers: Answerer[] = [
    fakeSts(),
    answersJson('AWSStepFunctions.DescribeExecution', ({ executionArn }: { executionArn: string }) => ({
      executionArn,
      stateMachineArn: 'machine',
      startDate: start / 1000,
      ...job,
    })),
    answersJson('Logs_20140328.FilterLogEvents', (query: Query) => {
      queries.push(query);
      const { logGroupName, startTime, endTime = Infinity } = query;
      const role = logGroupName.split('/').at(-1)!;
      const events = (lines[role] ?? []).map(([minutes, message]) => ({
        eventId: `${role}-${minutes}`,
        timestamp: start + minutes * minute,
        logStreamName: `task/${role}/3f2a91bc0d4e4f6f`,
        message,
      }));
      return { events: events.filter(({ timestamp }) => timestamp >= startTime && timestamp <= endTime) };
    }),
    new FakeCloudFormation([
      { name: 'ModelApp-Base', state: 'CREATE_COMPLETE', outputs: { ArtifactsName: 'artifacts' } },
      { name: 'ModelApp-Training', state: 'CREATE_COMPLETE' },
    ]).answerer,
  ];
  aws = await startLoopback(...answerers);
});
afterEach(() => aws.close());

const logs = (...words: string[]) => new ModelappCommand(writeProject(), awsAt(aws.url)).run('logs', ...words);
const messages = (stdout: string) => stdout.split('\n').flatMap((line) => line.split('  ').at(-1) || []);
const hour = { status: 'SUCCEEDED', output: '{}', stopDate: start / 1000 + 3600 };

describe('of a job', () => {
  test('prints the lines of all its tasks in order of time, with their roles', async () => {
    lines = {
      scheduler: [
        [1, 'one'],
        [3, 'three'],
      ],
      server: [[0, 'zero']],
      worker: [[2, 'two']],
    };

    const { stdout, stderr, exitCode } = await logs('training', 'ctr-1');

    expect(messages(stdout)).toEqual(['zero', 'one', 'two', 'three']);
    expect(stdout.split('\n')[1]).toBe('2026-05-04T12:01:00.000Z  scheduler 3f2a91bc  one');
    expect([stderr, exitCode]).toEqual(['', 0]);
  });

  test('leaves out those of the jobs before and after it', async () => {
    job = hour;
    lines = {
      scheduler: [
        [-1, 'before'],
        [60, 'last'],
        [61, 'last words'],
        [63, 'next'],
      ],
    };

    expect(messages((await logs('training', 'ctr-1')).stdout)).toEqual(['last', 'last words']);
  });

  test('prints only those of a role, and only those since a time', async () => {
    lines = {
      scheduler: [[1, 'scheduler']],
      worker: [
        [1, 'early'],
        [5, 'late'],
      ],
    };

    const { stdout } = await logs('training', 'ctr-1', '--role', 'worker', '--since', '2026-05-04T12:04');

    expect(messages(stdout)).toEqual(['late']);
  });

  test('follows them until the job has ended', async () => {
    lines = { scheduler: [[1, 'one']], worker: [[2, 'two']] };
    job = hour;

    const { stdout, exitCode } = await logs('training', 'ctr-1', '--follow');

    expect(messages(stdout)).toEqual(['one', 'two']);
    expect(exitCode).toBe(0);
  });

  test('as JSON tells the role of each line', async () => {
    lines = { worker: [[2, 'two']] };

    const { stdout } = await logs('training', 'ctr-1', '--json');

    expect(JSON.parse(stdout)).toEqual([
      { at: '2026-05-04T12:02:00.000Z', stream: 'task/worker/3f2a91bc0d4e4f6f', role: 'worker', text: 'two' },
    ]);
  });

  test('that never had the machines says why, rather than show the lines of the one that had them', async () => {
    job = { ...hour, status: 'FAILED', error: 'Busy', cause: 'the job ctr-0 runs' };
    lines = { scheduler: [[1, 'of another']] };

    expect(await logs('training', 'ctr-1')).toEqual({
      stdout: '',
      stderr: 'modelapp: the job ctr-1 has no lines: the job ctr-0 runs\n',
      exitCode: 3,
    });
  });
});

test('without a job prints the lines of the last ten minutes', async () => {
  await logs('training');

  const since = Date.now() - 10 * minute;
  expect(queries.map(({ logGroupName }) => logGroupName).sort()).toEqual([
    '/modelapp/training/scheduler',
    '/modelapp/training/server',
    '/modelapp/training/trainer',
    '/modelapp/training/worker',
  ]);
  for (const { startTime } of queries) expect(Math.abs(startTime - since)).toBeLessThan(2 * minute);
});

test('a job that is not there is named', async () => {
  await aws.close();
  aws = await startLoopback(
    fakeSts(),
    fails('DescribeExecution', 'ExecutionDoesNotExist', 'no'),
    new FakeCloudFormation([
      { name: 'ModelApp-Base', state: 'CREATE_COMPLETE', outputs: { ArtifactsName: 'artifacts' } },
      { name: 'ModelApp-Training', state: 'CREATE_COMPLETE' },
    ]).answerer,
  );

  expect(await logs('training', 'gone')).toEqual({
    stdout: '',
    stderr: 'modelapp: there is no job gone; AWS keeps them for 90 days\n',
    exitCode: 3,
  });
});

test.each([
  [['1.2.0', 'ctr-1'], 'jobs and roles are of training: modelapp logs training JOB --role worker'],
  [['--role', 'worker'], 'jobs and roles are of training: modelapp logs training JOB --role worker'],
])('%j is a usage error', async (words, message) => {
  expect(await logs(...words)).toMatchObject({ stderr: `modelapp: ${message}\n`, exitCode: 2 });
});
