import { page } from '../../../bin/status/page';
import { problemsOf, type Status } from '../../../bin/status/report';
import { parseVersion } from '../../../config/version';
import { at, healthy } from './sample';

const now = at('12:00:00');
const shown = (status: Status): string => page(status, problemsOf(status), parseVersion('1.2.0'), now);

test('a version that is well fits on a page', () => {
  expect(shown(healthy)).toBe(`\
ModelApp-1-2-0 in eu-central-1, account 123456789012

HEALTHY

Stack      UPDATE_COMPLETE since 2026-03-01 10:00 UTC (2 h ago)
Shared     ModelApp-Base  UPDATE_COMPLETE since 2026-03-01 09:00 UTC (3 h ago)
Endpoint   http://one.eu-central-1.elb.amazonaws.com
Traffic    weight 10 of 100 (10.0 %)
Tasks      2 desired, 2 running, 0 pending; deployment COMPLETED
           3f2a91bc  RUNNING  HEALTHY  since 2026-03-01 10:05 UTC (1 h ago)
           77c01d2e  RUNNING  HEALTHY  since 2026-03-01 10:04 UTC (1 h ago)
           1 h ago: (service one) has reached a steady state.
Targets    own: 2 healthy
             i-0a:32768  healthy
             i-0a:32769  healthy
           shared: 1 healthy
             i-0a:32768  healthy
Instances  1 desired (1 to 4), 1 registered with ECS
           i-0a  t3.small  eu-central-1a  InService
Alarms     errors     OK  since 2026-03-01 10:10 UTC (1 h ago)
           latency    OK  since 2026-03-01 10:10 UTC (1 h ago)
           unhealthy  OK  since 2026-03-01 10:10 UTC (1 h ago)
Logs       modelapp logs 1.2.0 --follow`);
});

test('what is wrong stands first', () => {
  const stopped = {
    id: '99aa00bb',
    stoppedAt: at('11:58:30'),
    reason: 'Essential container in task exited; exit code 137',
  };
  const [errors, ...alarms] = healthy.alarms;
  const ill: Status = {
    ...healthy,
    alarms: [{ ...errors!, state: 'ALARM', since: at('11:59:20'), reason: 'Threshold Crossed' }, ...alarms],
    tasks: { ...healthy.tasks!, running: 1, tasks: [], failures: [stopped] },
  };

  const lines = shown(ill).split('\n');

  expect(lines.slice(2, 6)).toEqual([
    '3 PROBLEMS',
    ' ! alarm  modelapp-1-2-0-errors is on since 2026-03-01 11:59 UTC: Threshold Crossed',
    ' ! tasks  1 of 2 run',
    ' ! tasks  99aa00bb stopped at 2026-03-01 11:58 UTC: Essential container in task exited; exit code 137',
  ]);
  expect(lines).toContain(
    '           99aa00bb  STOPPED    2026-03-01 11:58 UTC (1 min ago): Essential container in task exited; exit code 137',
  );
  expect(lines).toContain('Alarms     errors     ALARM  since 2026-03-01 11:59 UTC (40 s ago)');
});

test('while a stack is made the page says how far it is and what is not there yet', () => {
  const stack = { ...healthy.stack, state: 'CREATE_IN_PROGRESS', step: 'Service CREATE_IN_PROGRESS' };
  const alarms = healthy.alarms.map(({ kind, name }) => ({
    kind,
    name,
    state: undefined,
    since: undefined,
    reason: undefined,
  }));
  const beginning: Status = {
    ...healthy,
    stack,
    endpoint: undefined,
    traffic: undefined,
    tasks: undefined,
    targets: [],
    instances: undefined,
    alarms,
  };

  expect(shown(beginning)).toBe(`\
ModelApp-1-2-0 in eu-central-1, account 123456789012

IN PROGRESS, no problem so far

Stack      CREATE_IN_PROGRESS since 2026-03-01 10:00 UTC (2 h ago)
           last step: Service CREATE_IN_PROGRESS
Shared     ModelApp-Base  UPDATE_COMPLETE since 2026-03-01 09:00 UTC (3 h ago)
Endpoint   none yet
Traffic    not split
Tasks      none yet
Targets    none yet
Instances  none yet
Alarms     errors     no such alarm yet
           latency    no such alarm yet
           unhealthy  no such alarm yet
Logs       modelapp logs 1.2.0 --follow`);
});

test('a version that takes less traffic than it was deployed with is shown with both', () => {
  const traffic = { weight: 0, sum: 90, deployed: 10, removal: undefined, guardFault: undefined };

  expect(shown({ ...healthy, traffic })).toContain('\nTraffic    weight 0 of 90 (0.0 %), deployed with 10\n');
});

test('a shared stack that is being changed is shown with its last step', () => {
  const [base] = healthy.shared;
  const shared = [{ ...base!, state: 'UPDATE_IN_PROGRESS', step: 'Instance UPDATE_IN_PROGRESS' }];

  const lines = shown({ ...healthy, shared }).split('\n');

  expect(lines[2]).toBe('IN PROGRESS, no problem so far');
  expect(lines).toContain(
    'Shared     ModelApp-Base  UPDATE_IN_PROGRESS since 2026-03-01 09:00 UTC (3 h ago)  last step: Instance UPDATE_IN_PROGRESS',
  );
});

test('all else is shown where the state of the rollout guard is not known', () => {
  const traffic = { ...healthy.traffic!, guardFault: 'AWS denies ssm:GetParameter: no' };

  const lines = shown({ ...healthy, traffic }).split('\n');

  expect(lines).toContain(' ! traffic  the state of the rollout guard is not known: AWS denies ssm:GetParameter: no');
  expect(lines.slice(lines.indexOf('Traffic    weight 10 of 100 (10.0 %)'))).toContain(
    '           rollout guard: not known',
  );
});
