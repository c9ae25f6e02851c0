import { type Answerer, type Loopback, startLoopback } from '../../../lambda/support/loopback';
import { answersJson, answersQuery, fails } from '../../aws/support/answers';
import { awsAt, ModelappCommand } from '../../aws/support/command';
import { FakeCloudFormation, type FakeStack } from '../../aws/support/fake-cloudformation';
import { fakeSts } from '../../aws/support/fake-sts';
import { writeProject } from '../../aws/support/project';

jest.setTimeout(120_000);

const servers: Loopback[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const training: FakeStack = {
  name: 'ModelApp-Training',
  state: 'CREATE_COMPLETE',
  tags: { 'modelapp:stack': 'ModelApp-Training' },
  outputs: { MaxJobHours: '6' },
};

const resources = {
  Cluster: ['AWS::ECS::Cluster', 'cluster-1'],
  Fleet: ['AWS::EC2::EC2Fleet', 'fleet-1'],
  Alarm: ['AWS::CloudWatch::Alarm', 'guard-failed'],
};

const ecs = (operation: string) => `AmazonEC2ContainerServiceV20141113.${operation}`;
const sfn = (operation: string) => `AWSStepFunctions.${operation}`;
const seconds = (time: string): number => Date.parse(time) / 1_000;
const job = { startDate: seconds('2026-03-01T11:00:00Z'), stateMachineArn: 'machine' };

const executions: Readonly<Record<string, object>> = {
  'ctr-2': { status: 'RUNNING' },
  'ctr-1': { status: 'FAILED', stopDate: job.startDate + 60, error: 'NoCapacity', cause: '0 of 2 machines came' },
};
const nameOf = (arn: string): string => arn.split(':').at(-1)!;

/** EC2 has a protocol of its own. */
const ec2 =
  (action: string, xml: string): Answerer =>
  ({ body }) =>
    new URLSearchParams(body.toString()).get('Action') === action
      ? {
          status: 200,
          headers: { 'content-type': 'text/xml' },
          body: `<${action}Response>${xml}</${action}Response>`,
        }
      : undefined;

/** What AWS tells while a job of one server and one worker begins to train. */
const fakeTraining: readonly Answerer[] = [
  answersQuery('ListStackResources', () => ({
    StackResourceSummaries: Object.entries(resources).map(
      ([LogicalResourceId, [ResourceType, PhysicalResourceId]]) => ({
        LogicalResourceId,
        ResourceType,
        PhysicalResourceId,
      }),
    ),
  })),
  answersJson(sfn('ListExecutions'), () => ({
    executions: Object.keys(executions).map((name) => ({ executionArn: name, name, ...job, ...executions[name] })),
  })),
  answersJson(sfn('DescribeExecution'), ({ executionArn }: { executionArn: string }) => ({
    executionArn,
    ...job,
    ...executions[nameOf(executionArn)],
  })),
  answersJson(sfn('GetExecutionHistory'), () => ({
    events: [{ id: 1, timestamp: 0, type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'Servers' } }],
  })),
  ec2(
    'DescribeFleets',
    `<fleetSet><item><fleetId>fleet-1</fleetId><targetCapacitySpecification><totalTargetCapacity>2</totalTargetCapacity>
     <onDemandTargetCapacity>1</onDemandTargetCapacity><spotTargetCapacity>1</spotTargetCapacity>
     </targetCapacitySpecification></item></fleetSet>`,
  ),
  ec2(
    'DescribeFleetInstances',
    `<activeInstanceSet><item><instanceId>i-0a</instanceId><instanceType>m7i.large</instanceType></item>
     <item><instanceId>i-0b</instanceId><instanceType>c7a.large</instanceType><instanceHealth>unhealthy</instanceHealth>
     <spotInstanceRequestId>sir-1</spotInstanceRequestId></item></activeInstanceSet>`,
  ),
  answersJson(ecs('ListTasks'), ({ cluster, desiredStatus }: { cluster: string; desiredStatus: string }) => ({
    taskArns: cluster === 'cluster-1' ? [`task/${desiredStatus}-1`, `task/${desiredStatus}-2`] : [],
  })),
  answersJson(ecs('DescribeTasks'), ({ tasks }: { tasks: string[] }) => ({
    tasks: tasks.map((taskArn) => ({
      taskArn,
      lastStatus: taskArn.split(/[/-]/)[1],
      stoppedReason: 'Essential container in task exited',
      containers: [{ name: taskArn.endsWith('1') ? 'server' : 'worker', exitCode: taskArn.endsWith('1') ? 0 : 137 }],
    })),
  })),
  answersJson('GraniteServiceVersion20100801.DescribeAlarms', ({ AlarmNames }: { AlarmNames: string[] }) => ({
    MetricAlarms: AlarmNames.includes('guard-failed') ? [{ AlarmName: 'guard-failed', StateValue: 'OK' }] : [],
  })),
  answersJson('AWSEvents.ListRules', ({ NamePrefix }: { NamePrefix: string }) => ({
    Rules: [{ Name: `${NamePrefix}nightly`, ScheduleExpression: 'rate(1 day)', State: 'DISABLED' }],
  })),
];

async function status(words: readonly string[], stacks: FakeStack[], ...answerers: Answerer[]) {
  const cloudFormation = new FakeCloudFormation(stacks).answerer;
  const server = await startLoopback(...answerers, fakeSts(), ...fakeTraining, cloudFormation);
  servers.push(server);
  return new ModelappCommand(writeProject(), awsAt(server.url)).run('status', 'training', ...words);
}

test('as JSON tells all that AWS knows of training, and what is wrong with it', async () => {
  const { stdout, stderr, exitCode } = await status(['--json'], [training]);

  expect([stderr, exitCode]).toEqual(['', 0]);
  expect(JSON.parse(stdout)).toEqual({
    healthy: false,
    problems: [
      { about: 'job', text: expect.stringContaining('ctr-2 runs longer than 6 hours') },
      { about: 'job', text: 'the last job failed: ctr-1: 0 of 2 machines came' },
    ],
    stack: { name: 'ModelApp-Training', state: 'CREATE_COMPLETE', since: '2026-01-02T03:04:05.000Z' },
    shared: [],
    region: 'eu-central-1',
    account: '123456789012',
    jobs: [
      { id: 'ctr-2', startedAt: '2026-03-01T11:00:00.000Z', state: 'running', doing: 'starts its servers' },
      {
        id: 'ctr-1',
        startedAt: '2026-03-01T11:00:00.000Z',
        endedAt: '2026-03-01T11:01:00.000Z',
        state: 'failed',
        error: 'NoCapacity',
        cause: '0 of 2 machines came',
      },
    ],
    fleet: {
      target: { onDemand: 1, spot: 1 },
      machines: [
        { id: 'i-0a', type: 'm7i.large', spot: false, healthy: true },
        { id: 'i-0b', type: 'c7a.large', spot: true, healthy: false },
      ],
    },
    tasks: {
      tasks: [
        { role: 'server', id: 'RUNNING-1', state: 'RUNNING', health: 'UNKNOWN' },
        { role: 'worker', id: 'RUNNING-2', state: 'RUNNING', health: 'UNKNOWN' },
      ],
      failures: [{ role: 'worker', id: 'STOPPED-2', reason: 'Essential container in task exited; exit code 137' }],
    },
    guard: { alarm: { name: 'guard-failed', state: 'OK' }, maxJobHours: 6 },
    schedules: [{ name: 'nightly', schedule: 'rate(1 day)', enabled: false }],
  });
});

test('prints a page with what is wrong on top', async () => {
  const { stdout, exitCode } = await status([], [training]);

  expect(stdout).toMatch(/^ModelApp-Training in eu-central-1, account 123456789012\n\n2 PROBLEMS\n ! job /);
  expect(exitCode).toBe(0);
});

test('tells what there is of a stack whose state machine is not made yet', async () => {
  const { stdout, exitCode } = await status(
    ['--json'],
    [{ ...training, state: 'CREATE_IN_PROGRESS' }],
    fails('ListExecutions', 'StateMachineDoesNotExist', 'no'),
  );

  expect(exitCode).toBe(0);
  const found = JSON.parse(stdout);
  expect(found.stack.state).toBe('CREATE_IN_PROGRESS');
  expect(Object.keys(found)).not.toContain('jobs');
});

test('where it is not deployed says so', async () => {
  expect(await status([], [])).toEqual({
    stdout: '',
    stderr: 'modelapp: ModelApp-Training is not deployed in eu-central-1; deployed: no version\n',
    exitCode: 3,
  });
});
