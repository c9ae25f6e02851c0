import { accessKeyHash } from '../../../service/events/apps/access-key';
import { type Answerer, type Loopback, startLoopback } from '../../lambda/support/loopback';
import { answersJson, answersQuery } from '../aws/support/answers';
import { awsAt, type Ended, ModelappCommand } from '../aws/support/command';
import { FakeCloudFormation, type FakeStack } from '../aws/support/fake-cloudformation';
import { fakeSts } from '../aws/support/fake-sts';
import { writeProject } from '../aws/support/project';

jest.setTimeout(120_000);

const arn = (rest: string): string => `arn:aws:ecs:eu-central-1:123456789012:${rest}`;
const [service, definition] = [arn('service/Events/Service'), arn('task-definition/Events:7')];
const ecs = (operation: string) => `AmazonEC2ContainerServiceV20141113.${operation}`;

/** What a test says of the task that is started. */
interface FakeTask {
  exitCode?: number | undefined;
  stoppedReason: string;
  /** What it wrote, once it has been told its command. */
  lines: (command: readonly string[]) => readonly string[];
  /** Why none can be started. */
  failure?: string;
}

let task: FakeTask;
let started: { cluster: string; taskDefinition: string; overrides: { containerOverrides: { command: string[] }[] } }[];
let stacks: FakeStack[];
let aws: Loopback;

const answerers: Answerer[] = [
  answersQuery('ListStackResources', () => ({
    StackResourceSummaries: [
      { LogicalResourceId: 'Cluster', ResourceType: 'AWS::ECS::Cluster', PhysicalResourceId: 'Events' },
      { LogicalResourceId: 'Service', ResourceType: 'AWS::ECS::Service', PhysicalResourceId: service },
    ],
  })),
  answersJson(ecs('DescribeServices'), () => ({ services: [{ taskDefinition: definition }] })),
  answersJson(ecs('RunTask'), (input: (typeof started)[number]) => {
    if (task.failure) return { tasks: [], failures: [{ reason: task.failure }] };
    started.push(input);
    return { tasks: [{ taskArn: arn('task/Events/0a1b2c3d') }] };
  }),
  answersJson(ecs('DescribeTasks'), () => ({
    tasks: [
      {
        taskArn: arn('task/Events/0a1b2c3d'),
        lastStatus: 'STOPPED',
        stoppedReason: task.stoppedReason,
        containers: [{ exitCode: task.exitCode }],
      },
    ],
  })),
  answersJson('Logs_20140328.FilterLogEvents', (query: { logGroupName: string; logStreamNames: string[] }) => {
    const own =
      query.logGroupName === '/modelapp/events/service' && query.logStreamNames[0] === 'task/service/0a1b2c3d';
    const lines = own ? task.lines(started[0]!.overrides.containerOverrides[0]!.command) : [];
    return { events: lines.map((message, index) => ({ eventId: String(index), timestamp: index, message })) };
  }),
];

beforeEach(async () => {
  task = { exitCode: 0, stoppedReason: 'Essential container in task exited', lines: () => ['[INFO] [Pio$] done'] };
  started = [];
  const cloudFormation = new FakeCloudFormation([{ name: 'ModelApp-Events', state: 'CREATE_COMPLETE' }]);
  stacks = cloudFormation.stacks;
  aws = await startLoopback(fakeSts(), ...answerers, cloudFormation.answerer);
});
afterEach(() => aws.close());

const events = (...words: string[]): Promise<Ended> =>
  new ModelappCommand(writeProject(), awsAt(aws.url)).run('events', ...words);

test('runs the command as a task of the stack, and prints what it printed', async () => {
  task.lines = () => ['[INFO] [Pio$] one\n', '[WARN] [Pio$] two\n'];

  const { stdout, stderr, exitCode } = await events('app', 'delete', '-f', 'shop');

  expect(started).toMatchObject([{ cluster: 'Events', taskDefinition: definition, launchType: 'EC2' }]);
  expect(started[0]!.overrides.containerOverrides).toEqual([
    { name: 'service', command: ['app', 'delete', '-f', 'shop'] },
  ]);
  expect(stdout).toBe('[INFO] [Pio$] one\n');
  expect(stderr).toMatch(/^Running it as a task of ModelApp-Events.*\n\[WARN\] \[Pio\$\] two\n$/);
  expect(exitCode).toBe(0);
});

test('shows a new key, which neither the task nor its log has seen', async () => {
  task.lines = (command) => [`[INFO] [Pio$] Access Key: ${command.at(-1)}`];

  const { stdout } = await events('app', 'new', 'shop');

  const [, key] = /^\[INFO\] \[Pio\$\] Access Key: ([A-Za-z0-9_-]{64})\n$/.exec(stdout)!;
  const { command } = started[0]!.overrides.containerOverrides[0]!;
  expect(command.join(' ')).not.toContain(key);
  expect(command.at(-1)).toContain(accessKeyHash(key!).toString('hex'));
});

test('ends with the exit code of the command', async () => {
  Object.assign(task, { exitCode: 1, lines: () => ['[ERROR] [Pio$] App shop already exists. Aborting.'] });

  const { stdout, stderr, exitCode } = await events('app', 'new', 'shop');

  expect(stderr).toContain('[ERROR] [Pio$] App shop already exists. Aborting.');
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
});

test('as JSON prints exit code and lines', async () => {
  expect(JSON.parse((await events('app', 'list', '--json')).stdout)).toEqual({
    exitCode: 0,
    lines: ['[INFO] [Pio$] done'],
  });
});

test.each<[string, () => void, string, number]>([
  [
    'machines that are full',
    () => Object.assign(task, { failure: 'RESOURCE:MEMORY' }),
    'no task could be started (RESOURCE:MEMORY): its machines may be full, see modelapp status events',
    1,
  ],
  [
    'a task that never ran',
    () => Object.assign(task, { exitCode: undefined, stoppedReason: 'CannotPullContainerError' }),
    'the task 0a1b2c3d did not run: CannotPullContainerError',
    1,
  ],
  [
    'an event server that is not there',
    () => stacks.splice(0, 1, { name: 'ModelApp-1-2-0', state: 'CREATE_COMPLETE' }),
    'ModelApp-Events is not deployed in eu-central-1; deployed: 1.2.0',
    3,
  ],
])('%s is told', async (_, given, message, code) => {
  given();

  const { stdout, stderr, exitCode } = await events('app', 'list');

  expect(stderr).toContain(`modelapp: ${message}\n`);
  expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: code });
});

test('a command on files is refused, as those of a task go with it', async () => {
  expect(await events('import', '--appid', '1', '--input', 'events.json')).toEqual({
    stdout: '',
    stderr: "modelapp: events: 'import' is none of app, accesskey, status, which run beside the event server\n",
    exitCode: 2,
  });
});
