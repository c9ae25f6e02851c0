import { problemsOf, type Status } from '../../../bin/status/report';
import { at, healthy } from './sample';

const problems = (change: Partial<Status>): string[] =>
  problemsOf({ ...healthy, ...change }).map(({ about, text }) => `${about}: ${text}`);
const tasks = (change: Partial<NonNullable<Status['tasks']>>) => ({ tasks: { ...healthy.tasks!, ...change } });
const instances = (change: Partial<NonNullable<Status['instances']>>) => ({
  instances: { ...healthy.instances!, ...change },
});
const own = (...targets: Status['targets'][number]['targets']) => ({ targets: [{ group: 'own' as const, targets }] });
const target = (state: string, reason?: string) => ({ target: 'i-0a:32768', state, reason });

test('a version that is well has no problem', () => {
  expect(problems({})).toEqual([]);
});

test('neither has one of which nothing is made yet', () => {
  expect(problems({ tasks: undefined, targets: [], instances: undefined, traffic: undefined, alarms: [] })).toEqual([]);
});

test('a stack that failed is one, with what to do', () => {
  const failure = 'UPDATE_ROLLBACK_COMPLETE (Service: circuit breaker); next: modelapp deploy';

  expect(problems({ stack: { ...healthy.stack, failure } })).toEqual([`stack: ${failure}`]);
});

test('so is a shared stack that failed', () => {
  const failure = 'UPDATE_ROLLBACK_FAILED (Instance: no capacity); next: npx cdk rollback ModelApp-Base';

  expect(problems({ shared: [{ ...healthy.shared[0]!, failure }] })).toEqual([`stack: ModelApp-Base is ${failure}`]);
});

test('an alarm that is on is one, with its time and reason', () => {
  const [errors, ...others] = healthy.alarms;
  const on = { ...errors!, state: 'ALARM', since: at('11:30:00'), reason: 'Threshold Crossed: 3 out of 5' };

  expect(problems({ alarms: [on, ...others] })).toEqual([
    'alarm: modelapp-1-2-0-errors is on since 2026-03-01 11:30 UTC: Threshold Crossed: 3 out of 5',
  ]);
});

test('an alarm that is not there is one, but not while the stack is made', () => {
  const [errors, ...others] = healthy.alarms;
  const alarms = [{ ...errors!, state: undefined }, ...others];

  expect(problems({ alarms })).toEqual([
    'alarm: modelapp-1-2-0-errors is gone: it was deleted outside of CloudFormation',
  ]);
  expect(problems({ alarms, stack: { ...healthy.stack, state: 'CREATE_IN_PROGRESS' } })).toEqual([]);
});

test('an alarm without data is none', () => {
  expect(problems({ alarms: healthy.alarms.map((alarm) => ({ ...alarm, state: 'INSUFFICIENT_DATA' })) })).toEqual([]);
});

test('that the rollout guard took the version out of the split is one', () => {
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

  expect(problems({ traffic: { weight: 0, sum: 90, deployed: 10, removal, guardFault: undefined } })).toEqual([
    'traffic: the rollout guard took this version out of the split at 2026-03-01 11:30 UTC because modelapp-1-2-0-errors fired; back in: modelapp split',
  ]);
});

test('that the rule of the split is gone is one', () => {
  expect(problems({ traffic: { weight: 0, sum: 0, deployed: 10, removal: undefined, guardFault: undefined } })).toEqual(
    ['traffic: the rule that splits traffic is gone: modelapp split shows what was deployed'],
  );
});

test('each target that is unhealthy is one, with its reason', () => {
  const ill = target('unhealthy', 'Target.FailedHealthChecks: Health checks failed');

  expect(problems(own(target('healthy'), ill))).toEqual([
    'targets: i-0a:32768 of the own group is unhealthy: Target.FailedHealthChecks: Health checks failed',
  ]);
});

test('if all are, that nobody is served comes first', () => {
  expect(problems(own(target('unhealthy')))).toEqual([
    'targets: no target of the own group is healthy: requests are answered with an error',
    'targets: i-0a:32768 of the own group is unhealthy',
  ]);
});

test.each(['initial', 'draining', 'unused'])('a target that is %s is none', (state) => {
  expect(problems(own(target(state)))).toEqual([]);
});

test('tasks that are missing are one, and so is why the last one stopped', () => {
  const failures = [
    { id: '3f2a91bc0d4e4f6f', stoppedAt: at('11:30:00'), reason: 'Essential container in task exited; exit code 137' },
  ];

  expect(problems(tasks({ running: 1, failures }))).toEqual([
    'tasks: 1 of 2 run',
    'tasks: 3f2a91bc stopped at 2026-03-01 11:30 UTC: Essential container in task exited; exit code 137',
  ]);
});

test('tasks that find no place are one, in the words of the service', () => {
  const text = '(service one) was unable to place a task because no container instance met all of its requirements.';

  expect(problems(tasks({ running: 1, events: [{ at: at('11:30:00'), text }] }))).toEqual([
    'tasks: 1 of 2 run',
    `tasks: ${text}`,
  ]);
});

test('a deployment that failed is one, with its reason', () => {
  expect(
    problems(tasks({ rollout: 'FAILED', rolloutReason: 'ECS deployment circuit breaker: tasks failed to start.' })),
  ).toEqual(['tasks: the deployment failed: ECS deployment circuit breaker: tasks failed to start.']);
});

test('an instance that is unhealthy, or unknown to ECS, is one', () => {
  const [instance] = healthy.instances!.instances;

  expect(problems(instances({ instances: [{ ...instance!, healthy: false }] }))).toEqual([
    'instances: i-0a is unhealthy and InService',
  ]);
  expect(problems(instances({ registered: 0 }))).toEqual([
    'instances: 0 of 1 are known to ECS: the others take no tasks',
  ]);
});

test('that an instance could not be started is one as long as it is missing', () => {
  const failure = { at: at('11:30:00'), reason: 'We currently do not have sufficient t3.small capacity' };

  expect(problems(instances({ desired: 2, failure }))).toEqual([
    'instances: the last try to start one failed at 2026-03-01 11:30 UTC: We currently do not have sufficient t3.small capacity',
  ]);
  expect(problems(instances({ desired: 1, failure }))).toEqual([]);
});
