import { FakeListenerRule, ruleArn } from '../../lambda/support/fake-listener-rule';
import { FakeParameter } from '../../lambda/support/fake-parameter';
import { type Answerer, type Loopback, startLoopback } from '../../lambda/support/loopback';
import { fails } from '../aws/support/answers';
import { awsAt, type Ended, ModelappCommand } from '../aws/support/command';
import { FakeCloudFormation, type FakeStack } from '../aws/support/fake-cloudformation';
import { fakeSts } from '../aws/support/fake-sts';
import { writeProject } from '../aws/support/project';
import { fakeVersion, groups } from './fake-version';

jest.setTimeout(120_000);

const servers: Loopback[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const version: FakeStack = { name: 'ModelApp-1-2-0', state: 'UPDATE_COMPLETE', outputs: { Endpoint: 'http://one' } };
const split: FakeStack = {
  name: 'ModelApp-Split',
  state: 'CREATE_COMPLETE',
  outputs: {
    Weights: '1.1.0:90,1.2.0:10',
    RuleArn: ruleArn,
    TargetGroups: JSON.stringify({ '1.1.0': 'arn:other', '1.2.0': groups.shared }),
  },
};

async function status(
  words: readonly string[],
  stacks: readonly FakeStack[],
  ...answerers: Answerer[]
): Promise<Ended> {
  const cloudFormation = new FakeCloudFormation([...stacks]);
  const server = await startLoopback(...answerers, fakeSts(), ...fakeVersion, cloudFormation.answerer);
  servers.push(server);
  return new ModelappCommand(writeProject(), awsAt(server.url)).run('status', ...words);
}

const refused = (stderr: string, exitCode: number): Ended => ({
  stdout: '',
  stderr: `modelapp: ${stderr}\n`,
  exitCode,
});

test('as JSON tells all that AWS knows of a version, and what is wrong with it', async () => {
  const { stdout, stderr, exitCode } = await status(['--json'], [version]);

  expect([stderr, exitCode]).toEqual(['', 0]);
  expect(JSON.parse(stdout)).toEqual({
    version: '1.2.0',
    healthy: false,
    problems: [
      { about: 'alarm', text: 'modelapp-1-2-0-errors is on since 2026-03-01 10:00 UTC: Threshold Crossed' },
      { about: 'alarm', text: 'modelapp-1-2-0-latency is gone: it was deleted outside of CloudFormation' },
      { about: 'targets', text: 'no target of the shared group is healthy: requests are answered with an error' },
      { about: 'targets', text: 'i-0a:32768 of the shared group is unhealthy: Target.Timeout: Request timed out' },
      { about: 'tasks', text: '1 of 2 run' },
      {
        about: 'tasks',
        text: 'bbbb0000 stopped at 2026-03-01 09:30 UTC: Essential container in task exited; exit code 137; OutOfMemoryError: Container killed due to memory usage',
      },
      { about: 'instances', text: 'the last try to start one failed at 2026-03-01 10:00 UTC: No capacity' },
    ],
    stack: { name: 'ModelApp-1-2-0', state: 'UPDATE_COMPLETE', since: '2026-01-02T03:04:05.000Z' },
    shared: [],
    endpoint: 'http://one',
    region: 'eu-central-1',
    account: '123456789012',
    tasks: {
      desired: 2,
      running: 1,
      pending: 1,
      rollout: 'IN_PROGRESS',
      tasks: [{ id: 'aaaa0000', state: 'RUNNING', health: 'HEALTHY', startedAt: '2026-03-01T09:00:00.000Z' }],
      failures: [
        {
          id: 'bbbb0000',
          stoppedAt: '2026-03-01T09:30:00.000Z',
          reason:
            'Essential container in task exited; exit code 137; OutOfMemoryError: Container killed due to memory usage',
        },
      ],
      events: [{ at: '2026-03-01T10:00:00.000Z', text: '(service one) has started 1 tasks.' }],
    },
    targets: [
      { group: 'own', targets: [{ target: 'i-0a:32768', state: 'healthy' }] },
      {
        group: 'shared',
        targets: [{ target: 'i-0a:32768', state: 'unhealthy', reason: 'Target.Timeout: Request timed out' }],
      },
    ],
    instances: {
      desired: 2,
      minimum: 1,
      maximum: 4,
      registered: 1,
      instances: [{ id: 'i-0a', type: 't3.small', zone: 'eu-central-1a', state: 'InService', healthy: true }],
      failure: { at: '2026-03-01T10:00:00.000Z', reason: 'No capacity' },
    },
    alarms: [
      {
        kind: 'errors',
        name: 'modelapp-1-2-0-errors',
        state: 'ALARM',
        since: '2026-03-01T10:00:00.000Z',
        reason: 'Threshold Crossed',
      },
      { kind: 'latency', name: 'modelapp-1-2-0-latency' },
      {
        kind: 'unhealthy',
        name: 'modelapp-1-2-0-unhealthy',
        state: 'OK',
        since: '2026-03-01T10:00:00.000Z',
        reason: 'Threshold Crossed',
      },
    ],
  });
});

describe('of the event server', () => {
  const events: FakeStack = {
    name: 'ModelApp-Events',
    state: 'CREATE_COMPLETE',
    tags: { 'modelapp:stack': 'ModelApp-Events' },
    outputs: { Endpoint: 'http://events' },
  };

  test('tells the same as of a version, but for the split of traffic', async () => {
    const { stdout, exitCode } = await status(['events', '--json'], [version, events, split]);

    const found = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(found).toMatchObject({
      endpoint: 'http://events',
      stack: { name: 'ModelApp-Events' },
      tasks: { desired: 2 },
    });
    expect(found.alarms.map(({ name }: { name: string }) => name)).toEqual([
      'modelapp-events-errors',
      'modelapp-events-latency',
      'modelapp-events-unhealthy',
    ]);
    expect(Object.keys(found)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(version|traffic)$/)]));
  });

  test('its stack is not listed as one that it shares', async () => {
    const { stdout } = await status(['events', '--json'], [version, events]);

    expect(JSON.parse(stdout).shared).toEqual([]);
  });

  test('as a page names the command for its log', async () => {
    const { stdout } = await status(['events'], [version, events]);

    expect(stdout).toContain('modelapp logs events --follow');
    expect(stdout).not.toContain('Traffic');
  });
});

test('prints a page with what is wrong on top', async () => {
  const { stdout, exitCode } = await status(['1.2.0'], [version]);

  expect(stdout).toMatch(/^ModelApp-1-2-0 in eu-central-1, account 123456789012\n\n7 PROBLEMS\n ! alarm /);
  expect(exitCode).toBe(0);
});

test('tells that the rollout guard took the version out of the split', async () => {
  const rule = new FakeListenerRule({ 'arn:other': 90 });
  const parameter = new FakeParameter('/modelapp/split/guard');
  const removal = {
    version: '1.2.0',
    alarm: 'modelapp-1-2-0-errors',
    firedAt: '2026-03-01T11:29:58Z',
    reason: 'Threshold Crossed',
    at: '2026-03-01T11:30:01Z',
    before: { '1.1.0': 90, '1.2.0': 10 },
    after: { '1.1.0': 90 },
    announced: true,
  };
  parameter.versions.push(JSON.stringify({ split: removal.before, removals: [removal] }));

  const { stdout } = await status(['--json'], [version, split], parameter.answerer, onlyRules(rule));

  expect(JSON.parse(stdout).traffic).toEqual({ weight: 0, sum: 90, deployed: 10, removal });
});

test('tells the weight of a version that takes traffic', async () => {
  const rule = new FakeListenerRule({ 'arn:other': 90, [groups.shared]: 5 });
  const parameter = new FakeParameter('/modelapp/split/guard');

  const { stdout } = await status(['--json'], [version, split], parameter.answerer, onlyRules(rule));

  expect(JSON.parse(stdout).traffic).toEqual({ weight: 5, sum: 95, deployed: 10 });
});

test.each<[string, () => Answerer, string]>([
  ['denied', () => fails('GetParameter', 'AccessDeniedException', 'no', 403), 'AWS denies ssm:GetParameter: no'],
  [
    'broken',
    () => {
      const parameter = new FakeParameter('/modelapp/split/guard');
      parameter.versions.push('{}');
      return parameter.answerer;
    },
    "the rollout guard's record cannot be read: it must have required properties split, removals",
  ],
])('tells all else where the record of the rollout guard is %s', async (_, record, guardFault) => {
  const rule = new FakeListenerRule({ 'arn:other': 90, [groups.shared]: 10 });

  const { stdout, exitCode } = await status(['--json'], [version, split], record(), onlyRules(rule));

  expect(exitCode).toBe(0);
  const found = JSON.parse(stdout);
  expect(found.traffic).toEqual({ weight: 10, sum: 100, deployed: 10, guardFault });
  expect(found.tasks.desired).toBe(2);
  expect(found.problems).toContainEqual({
    about: 'traffic',
    text: `the state of the rollout guard is not known: ${guardFault}`,
  });
});

test('tells of the shared stacks, and what failed there', async () => {
  const base: FakeStack = {
    name: 'ModelApp-Base',
    state: 'UPDATE_ROLLBACK_FAILED',
    tags: { 'modelapp:stack': 'ModelApp-Base' },
    events: [{ id: '1', resource: 'Instance', state: 'UPDATE_FAILED', reason: 'no capacity' }],
  };
  const failure = 'UPDATE_ROLLBACK_FAILED (Instance: no capacity); next: npx cdk rollback ModelApp-Base';

  const { stdout } = await status(['--json'], [version, base]);

  expect(JSON.parse(stdout).shared).toEqual([
    { name: 'ModelApp-Base', state: 'UPDATE_ROLLBACK_FAILED', since: '2026-01-02T03:04:05.000Z', failure },
  ]);
  expect(JSON.parse(stdout).problems[0]).toEqual({ about: 'stack', text: `ModelApp-Base is ${failure}` });
});

/** The fake rule takes every request to the load balancing service for its own. */
const onlyRules =
  (rule: FakeListenerRule): Answerer =>
  (request) =>
    request.body.toString().includes('DescribeRules') ? rule.answerer(request) : undefined;

test('tells how far a stack in progress is', async () => {
  const events = [{ id: '1', resource: 'Service', state: 'CREATE_IN_PROGRESS' }];

  const { stdout } = await status(['--json'], [{ ...version, state: 'CREATE_IN_PROGRESS', events }]);

  expect(JSON.parse(stdout).stack).toMatchObject({ state: 'CREATE_IN_PROGRESS', step: 'Service CREATE_IN_PROGRESS' });
});

test('tells what failed first, and what to do', async () => {
  const events = [{ id: '1', resource: 'Tables', state: 'DELETE_FAILED', reason: 'archived 63 %: run it again' }];

  const { stdout } = await status(['--json'], [{ ...version, state: 'DELETE_FAILED', events }]);

  expect(JSON.parse(stdout).problems[0]).toEqual({
    about: 'stack',
    text: 'DELETE_FAILED (Tables: archived 63 %: run it again); next: modelapp revert 1.2.0',
  });
});

test('of a version that is not there names those that are', async () => {
  expect(await status(['1.3.0'], [version])).toEqual(
    refused('ModelApp-1-3-0 is not deployed in eu-central-1; deployed: 1.2.0', 3),
  );
});

test.each(['CREATE_IN_PROGRESS', 'DELETE_FAILED'])(
  'of a version that is not there names a shared stack that is %s',
  async (state) => {
    const base: FakeStack = { name: 'ModelApp-Base', state, tags: { 'modelapp:stack': 'ModelApp-Base' } };

    expect(await status([], [base])).toEqual(
      refused(`ModelApp-1-2-0 is not deployed in eu-central-1; deployed: no version; ModelApp-Base is ${state}`, 3),
    );
  },
);

test.each([
  ['DescribeServices', 'ecs:DescribeServices'],
  ['DescribeTargetHealth', 'elasticloadbalancing:DescribeTargetHealth'],
  ['DescribeAutoScalingGroups', 'autoscaling:DescribeAutoScalingGroups'],
  ['DescribeAlarms', 'cloudwatch:DescribeAlarms'],
])('names the action if AWS denies %s', async (operation, action) => {
  expect(await status([], [version], fails(operation, 'AccessDeniedException', 'no', 403))).toEqual(
    refused(`AWS denies ${action}: no`, 4),
  );
});
