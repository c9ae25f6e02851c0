import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { FakeS3 } from '../../lambda/support/fake-s3';
import { type Loopback, startLoopback } from '../../lambda/support/loopback';
import { answersJson, fails } from '../aws/support/answers';
import { awsAt, ModelappCommand } from '../aws/support/command';
import { FakeCloudFormation } from '../aws/support/fake-cloudformation';
import { fakeSts } from '../aws/support/fake-sts';
import { writeProject } from '../aws/support/project';

jest.setTimeout(120_000);

const machine = 'arn:aws:states:eu-central-1:123456789012:stateMachine:modelapp-training';
const executionOf = (id: string) => `arn:aws:states:eu-central-1:123456789012:execution:modelapp-training:${id}`;
const sfn = (operation: string) => `AWSStepFunctions.${operation}`;

interface Started {
  readonly stateMachineArn: string;
  readonly name: string;
  readonly input: string;
}

/** An execution as Step Functions describes it. */
interface Described {
  readonly status: string;
  readonly output?: string;
  readonly error?: string;
  readonly cause?: string;
}

let s3: FakeS3;
let cloudFormation: FakeCloudFormation;
let started: Started[];
let stopped: object[];
/** What becomes of the job, look by look; the last one stays. */
let looks: Described[];
let lines: string[];
let aws: Loopback;
let folder: string;

beforeEach(async () => {
  s3 = new FakeS3();
  started = [];
  stopped = [];
  looks = [{ status: 'RUNNING' }];
  lines = [];
  folder = writeProject();
  writeFileSync(join(folder, 'net.conf'), 'layers: 3\n');
  cloudFormation = new FakeCloudFormation([
    { name: 'ModelApp-Base', state: 'CREATE_COMPLETE', outputs: { ArtifactsName: 'artifacts' } },
    { name: 'ModelApp-Training', state: 'CREATE_COMPLETE' },
  ]);
  aws = await startLoopback(
    fakeSts(),
    answersJson(sfn('StartExecution'), (input: Started) => {
      started.push(input);
      return { executionArn: executionOf(input.name), startDate: 0 };
    }),
    ({ headers, body }) => {
      if (headers['x-amz-target'] !== sfn('DescribeExecution')) return undefined;
      const { executionArn } = JSON.parse(body.toString());
      if (executionArn.endsWith(':gone'))
        return fails('DescribeExecution', 'ExecutionDoesNotExist', 'no')({ headers, body } as never);
      const look = looks.length > 1 ? looks.shift()! : looks[0]!;
      return answersJson(sfn('DescribeExecution'), () => ({
        executionArn,
        stateMachineArn: machine,
        startDate: 1_777_777_777,
        ...look,
      }))({ headers, body } as never);
    },
    answersJson(sfn('GetExecutionHistory'), () => ({
      events: [{ id: 1, timestamp: 0, type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'Work' } }],
    })),
    answersJson(sfn('StopExecution'), (input: object) => {
      stopped.push(input);
      return { stopDate: 0 };
    }),
    answersJson('Logs_20140328.FilterLogEvents', ({ logGroupName }: { logGroupName: string }) => ({
      events: (logGroupName === '/modelapp/training/scheduler' ? lines : []).map((message, n) => ({
        eventId: String(n),
        timestamp: Date.now(),
        message,
      })),
    })),
    cloudFormation.answerer,
    s3.answerer,
  );
});
afterEach(() => aws.close());

const command = () => new ModelappCommand(folder, awsAt(aws.url));
const train = (...words: string[]) => command().run('train', ...words);
const remote = ['net.conf', '--on', 'aws', '--image', 'registry/net:1'];

const done: Described = {
  status: 'SUCCEEDED',
  output: JSON.stringify({
    jobId: 'net-1',
    model: 's3://artifacts/models/jobs/net-1/',
    files: ['net_S0'],
    evaluation: { auc: 0.75, logloss: null },
  }),
};

describe('a job', () => {
  beforeEach(() => {
    s3.objects.set('models/jobs/net-1/net_S0', Buffer.from('key\tweight\n'));
    looks = [{ status: 'RUNNING' }, { status: 'RUNNING' }, done];
  });

  test('is started with a copy of its configuration, under an id that tells it', async () => {
    await train(...remote, '--servers', '2', '--workers', '4', '--', 'python', 'train.py', '--fast');

    const [{ name, stateMachineArn, input }] = started as [Started];
    expect(name).toMatch(/^net-\d{14}-[0-9a-f]{4}$/);
    expect(stateMachineArn).toBe(machine);
    expect(JSON.parse(input)).toEqual({
      conf: `s3://artifacts/jobs/${name}/net.conf`,
      servers: 2,
      workers: 4,
      image: 'registry/net:1',
      command: ['python', 'train.py', '--fast'],
    });
    expect(s3.objects.get(`jobs/${name}/net.conf`)?.toString()).toBe('layers: 3\n');
  });

  test('has the lines of its scheduler printed, its scores, and its model brought here', async () => {
    lines = [' sec  examples\n', '   1  1.00e+03\n'];

    const { stdout, stderr, exitCode } = await train(...remote);

    expect(stdout).toBe(' sec  examples\n   1  1.00e+03\nauc: 0.75\nlogloss: nan\nnet-1/net_S0\n');
    expect(stderr).toMatch(
      /^Job net-\S+ is started\nnet-\S+ trains\nThe model is in s3:\/\/artifacts\/models\/jobs\/net-1\/\n$/,
    );
    expect(exitCode).toBe(0);
    expect(readFileSync(join(folder, 'net-1/net_S0'), 'utf8')).toBe('key\tweight\n');
  });

  test('as JSON is told line by line', async () => {
    lines = ['one'];

    const { stdout } = await train(...remote, '--json');

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

  test('is watched again by its id', async () => {
    lines = ['one'];

    const { stdout, exitCode } = await train('--attach', 'net-1');

    expect(started).toEqual([]);
    expect(stdout).toBe('one\nauc: 0.75\nlogloss: nan\nnet-1/net_S0\n');
    expect(exitCode).toBe(0);
  });
});

test.each([
  ['JobFailed', 'the scheduler ended with exit code 1 (it diverged)', 1],
  ['DataAbsent', 'the scheduler ended with exit code 3 (find 0 data files)', 3],
  ['NoAccess', 'the scheduler ended with exit code 4 (no store)', 4],
  ['DataRefused', 'the scheduler ended with exit code 5 (bad lines)', 5],
  ['NoCapacity', '2 of 5 machines came', 1],
  ['States.DataLimitExceeded', '', 1],
])('a job that failed as %s ends the command with its exit code', async (error, cause, code) => {
  looks = [{ status: 'FAILED', error, cause }];

  const { stderr, exitCode } = await train('--attach', 'net-1');

  expect(stderr).toContain(`modelapp: the job net-1 failed: ${cause || error}\n`);
  expect(exitCode).toBe(code);
});

test('Ctrl-C ends the watching only, and names the ways to go on', async () => {
  lines = ['one'];
  const child = command().start('train', '--attach', 'net-1');
  const errors = text(child.stderr!);
  await once(child.stdout!, 'data');

  child.kill('SIGINT');

  const [exitCode] = await once(child, 'close');
  expect(await errors).toContain(
    'net-1 goes on. To watch it: modelapp train --attach net-1; to end it: modelapp train --stop net-1\n',
  );
  expect([exitCode, stopped]).toEqual([130, []]);
});

describe('a configuration of our own engine', () => {
  const write = (data: string, output: string) =>
    writeFileSync(
      join(folder, 'ctr.conf'),
      `training_data { format: TEXT text: LIBSVM file: "${data}" }
       model_output { format: TEXT file: "${output}" }
       loss { type: LOGIT } penalty { type: L1 lambda: 1 } learning_rate { type: DECAY alpha: 0.1 beta: 1 }
       async_sgd { algo: FTRL }`,
    );

  test('whose data is in S3 is handed in as it is, and its model brought to where it says', async () => {
    write('s3://data/train', 'model/ctr');
    s3.objects.set('models/jobs/net-1/net_S0', Buffer.from('key\tweight\n'));
    looks = [done];

    const { exitCode, stdout } = await train('ctr.conf', '--on', 'aws', '--servers', '2', '--replicas', '1');

    expect(JSON.parse(started[0]!.input)).toEqual({
      conf: expect.stringMatching(/^s3:\/\/artifacts\/jobs\/ctr-/),
      servers: 2,
      workers: 1,
      replicas: 1,
    });
    expect(s3.objects.get(`jobs/${started[0]!.name}/ctr.conf`)?.toString()).toContain('s3://data/train');
    expect(stdout).toContain('model/net_S0\n');
    expect(exitCode).toBe(0);
  });

  test('is told how to learn, and what to go on from', async () => {
    write('s3://data/train', 'model/ctr');
    looks = [done];
    const place = 's3://artifacts/jobs/ctr-0/checkpoint/';
    const learning = ['--seed', '7', '--max-bad-lines', '2.5%', '--sync-examples', '500'];
    const saving = ['--checkpoint', place, '--checkpoint-every', '30', '--resume'];

    await train('ctr.conf', '--on', 'aws', ...learning, ...saving);

    expect(JSON.parse(started[0]!.input)).toMatchObject({
      seed: 7,
      maxBadLines: '2.5%',
      syncExamples: 500,
      checkpoint: place,
      checkpointEvery: 30,
      resume: true,
    });
  });

  test.each([
    [
      ['--checkpoint', 's3://data/here'],
      '--checkpoint: jobs in AWS write below s3://artifacts/jobs/ only, not to s3://data/here',
    ],
    [['--resume'], "the job's input: resume needs the checkpoint of another job"],
    [['--store', 'memory'], '--store: jobs in AWS have servers of their own; leave it out'],
    [['--attach', 'ctr-1'], '--attach and --stop name the job themselves: leave ctr.conf out'],
    [['--store-url', 'redis://localhost'], '--store-url: jobs in AWS have servers of their own; leave it out'],
  ])('with %j is a usage error, and nothing is started', async (words, message) => {
    write('s3://data/train', 'model/ctr');

    const { stderr, exitCode } = await train('ctr.conf', '--on', 'aws', ...words);

    expect([stderr, exitCode, started]).toEqual([`modelapp: ${message}\n`, 2, []]);
  });

  test('whose data is on this machine is refused with the command that uploads it, and nothing is started', async () => {
    write('clicks.txt', 'model/ctr');

    expect(await train('ctr.conf', '--on', 'aws')).toEqual({
      stdout: '',
      stderr:
        'modelapp: ctr.conf: training_data: clicks.txt is on this machine: modelapp upload clicks.txt s3://artifacts/data/, and write s3://artifacts/data/clicks.txt\n',
      exitCode: 2,
    });
    expect(started).toEqual([]);
  });

  test('that trains by darlin is handed in like any other', async () => {
    write('s3://data/train', 'model/ctr');
    const text = readFileSync(join(folder, 'ctr.conf'), 'utf8');
    writeFileSync(join(folder, 'ctr.conf'), text.replace('async_sgd { algo: FTRL }', 'darlin { }'));
    s3.objects.set('models/jobs/net-1/net_S0', Buffer.from('key\tweight\n'));
    looks = [done];

    expect((await train('ctr.conf', '--on', 'aws', '--workers', '4')).exitCode).toBe(0);
    expect(JSON.parse(started[0]!.input)).toMatchObject({ servers: 1, workers: 4 });
  });

  test('that only scores a model brings back its scores', async () => {
    writeFileSync(
      join(folder, 'ctr.conf'),
      `validation_data { format: TEXT text: LIBSVM file: "s3://data/test" }
       model_input { format: TEXT file: "s3://data/model/ctr_S.*" }
       loss { type: LOGIT }`,
    );
    const scored = { jobId: 'net-1', model: 's3://artifacts/models/jobs/net-1/', files: [], evaluation: { auc: 0.75 } };
    looks = [{ status: 'SUCCEEDED', output: JSON.stringify(scored) }];

    const { stdout, stderr, exitCode } = await train('ctr.conf', '--on', 'aws');

    expect([stdout, exitCode]).toEqual(['auc: 0.75\n', 0]);
    expect(stderr).not.toContain('The model is in');
  });

  test('with a fault is refused before AWS is asked for anything', async () => {
    writeFileSync(join(folder, 'ctr.conf'), 'minibach: 3\n');
    await aws.close();

    const { stderr, exitCode } = await train('ctr.conf', '--on', 'aws');

    expect(stderr).toContain('modelapp: ctr.conf:1:1: unknown field "minibach"');
    expect(exitCode).toBe(2);
  });
});

describe('a model of the configuration', () => {
  const made = { model: 'iris', revision: 7, activated: true, reason: null, scores: { train: 0.98, test: null } };
  const ended = (result: object): Described => ({
    status: 'SUCCEEDED',
    output: JSON.stringify({ jobId: 'iris-1', ...result }),
  });

  test('gets a new revision, which is told with its scores', async () => {
    looks = [ended(made)];

    const { stdout, stderr, exitCode } = await train('iris', '--on', 'aws');

    expect(started[0]!.name).toMatch(/^iris-\d{14}-[0-9a-f]{4}$/);
    expect(JSON.parse(started[0]!.input)).toEqual({ model: 'iris' });
    expect(stdout).toBe('train score: 0.98\ntest score: none\niris: revision 7 is active\n');
    expect(stderr).toContain(`Job ${started[0]!.name} is started\n`);
    expect(exitCode).toBe(0);
  });

  test('that was not good enough is told with the reason', async () => {
    looks = [ended({ ...made, revision: null, activated: false, reason: 'test score 0.6 is below 0.7' })];

    const { stdout } = await train('iris', '--on', 'aws');

    expect(stdout).toContain('iris: not kept, test score 0.6 is below 0.7\n');
  });

  test('is asked not to serve, and told as JSON', async () => {
    looks = [ended({ ...made, activated: false })];

    const { stdout } = await train('iris', '--on', 'aws', '--no-activate', '--json');

    expect(JSON.parse(started[0]!.input)).toEqual({ model: 'iris', activate: false });
    expect(JSON.parse(stdout)).toEqual({
      type: 'result',
      status: 'done',
      exitCode: 0,
      jobId: 'iris-1',
      ...made,
      activated: false,
    });
  });

  test('takes the parameters in a file of modelapp tune', async () => {
    looks = [ended(made)];
    const variant = { engineFactory: 'iris', algorithms: [{ name: 'softmax', params: { lambda: 0.5 } }] };
    writeFileSync(join(folder, 'best.json'), JSON.stringify(variant));

    const { exitCode } = await train('iris', '--on', 'aws', '--variant', 'best.json');

    expect(JSON.parse(started[0]!.input)).toEqual({ model: 'iris', parameters: { lambda: 0.5 } });
    expect(exitCode).toBe(0);
  });

  test('that is not there is refused, and those that are there are named', async () => {
    expect(await train('irises', '--on', 'aws')).toEqual({
      stdout: '',
      stderr: "modelapp: there is no model 'irises'; the configuration has iris\n",
      exitCode: 2,
    });
    expect(started).toEqual([]);
  });
});

describe('--stop', () => {
  test('ends a job', async () => {
    const { stderr, exitCode } = await train('--stop', 'net-1');

    expect(stopped).toMatchObject([{ executionArn: executionOf('net-1') }]);
    expect(stderr).toBe('Job net-1 is stopped; the budget guard ends its machines within some minutes\n');
    expect(exitCode).toBe(0);
  });

  test('of a job that has ended says so', async () => {
    looks = [done];

    expect(await train('--stop', 'net-1')).toEqual({
      stdout: '',
      stderr: 'modelapp: the job net-1 has ended\n',
      exitCode: 3,
    });
  });
});

test.each(['--attach', '--stop'])('%s of a job that is not there says so', async (option) => {
  expect(await train(option, 'gone')).toMatchObject({
    stderr: 'modelapp: there is no job gone; AWS keeps them for 90 days\n',
    exitCode: 3,
  });
});

test('a stopped job is told by who watches it', async () => {
  looks = [{ status: 'RUNNING' }, { status: 'ABORTED' }];

  expect(await train('--attach', 'net-1')).toMatchObject({
    stderr: expect.stringContaining('modelapp: the job net-1 was stopped\n'),
    exitCode: 1,
  });
});

test('where ModelApp-Training is not deployed, the command that deploys it is named', async () => {
  cloudFormation.stacks.pop();

  expect(await train(...remote)).toEqual({
    stdout: '',
    stderr: 'modelapp: ModelApp-Training is not deployed in eu-central-1: modelapp deploy training\n',
    exitCode: 3,
  });
});

test.each([
  [['--on', 'aws'], '--on aws needs a model, or a configuration: modelapp train ctr.conf --on aws'],
  [['net.conf', '--on', 'aws', '--', 'python'], 'the command after -- is of an image: add --image URI'],
  [[...remote, '--workers', '0'], "--workers: '0' is not a whole number from 1 on"],
  [[...remote, '--workers', '65'], "the job's input: workers must be <= 64"],
  [
    ['iris', '--on', 'aws', '--workers', '4'],
    '--workers: a model is trained in AWS as modelapp.config.ts says; leave it out',
  ],
  [
    ['iris', '--on', 'aws', '--if-better-than', '0.9'],
    '--if-better-than: a model is trained in AWS as modelapp.config.ts says; leave it out',
  ],
  [[...remote, '--variant', 'best.json'], '--variant is of a model of modelapp.config.ts: leave it out'],
  [['--attach', 'net-1', '--variant', 'best.json'], '--attach and --stop name the job themselves: leave --variant out'],
  [[...remote, '--seed', '7'], "the job's input: seed does not go with an image"],
  [['none.conf', ...remote.slice(1)], "none.conf cannot be read: ENOENT: no such file or directory, open 'none.conf'"],
])('%j is a usage error, and nothing is started', async (words, message) => {
  expect(await train(...words)).toEqual({ stdout: '', stderr: `modelapp: ${message}\n`, exitCode: 2 });
  expect(started).toEqual([]);
});
