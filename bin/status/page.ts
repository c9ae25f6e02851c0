import type { ServiceName } from '../../config/names';
import { ago, layout, lines, since, stackSections } from './layout';
import { type Problem, type Status, shortId } from './report';

/** The status as a person reads it: first what is wrong, then everything. */
export function page(status: Status, problems: readonly Problem[], service: ServiceName, now = new Date()): string {
  const { stack, shared, endpoint, region, account } = status;
  return layout({
    title: `${stack.name} in ${region}, account ${account}`,
    problems,
    stacks: [stack, ...shared],
    sections: [
      ...stackSections(status, now),
      ['Endpoint', [endpoint ?? 'none yet']],
      ['Traffic', service === 'events' ? [] : trafficLines(status)],
      ['Tasks', taskLines(status, now)],
      ['Targets', targetLines(status)],
      ['Instances', instanceLines(status)],
      ['Alarms', alarmLines(status, now)],
      ['Logs', [`modelapp logs ${service} --follow`]],
    ],
  });
}

function trafficLines({ traffic }: Status): string[] {
  if (!traffic) return ['not split'];
  const { weight, sum, deployed, guardFault } = traffic;
  const share = sum > 0 ? ((100 * weight) / sum).toFixed(1) : '0.0';
  return [
    `weight ${weight} of ${sum} (${share} %)${weight === deployed ? '' : `, deployed with ${deployed}`}`,
    ...(guardFault ? ['rollout guard: not known'] : []),
  ];
}

function taskLines({ tasks }: Status, now: Date): string[] {
  if (!tasks) return ['none yet'];
  const { desired, running, pending, rollout } = tasks;
  const rows = [
    ...tasks.tasks.map(({ id, state, health, startedAt }) => [
      shortId(id),
      state,
      health === 'UNKNOWN' ? '' : health,
      startedAt ? `since ${since(startedAt, now)}` : '',
    ]),
    ...tasks.failures
      .slice(0, 5)
      .map(({ id, stoppedAt, reason }) => [
        shortId(id),
        'STOPPED',
        '',
        `${stoppedAt ? `${since(stoppedAt, now)}: ` : ''}${reason}`,
      ]),
  ];
  return [
    `${desired} desired, ${running} running, ${pending} pending${rollout ? `; deployment ${rollout}` : ''}`,
    ...lines(rows),
    ...tasks.events.map(({ at, text }) => `${ago(at, now)}: ${text}`),
  ];
}

function targetLines({ targets }: Status): string[] {
  if (targets.length === 0) return ['none yet'];
  return targets.flatMap(({ group, targets: members }) => {
    const states = [...new Set(members.map(({ state }) => state))];
    const count = (state: string) => members.filter((member) => member.state === state).length;
    const summary = states.map((state) => `${count(state)} ${state}`).join(', ');
    const rows = members.map(({ target, state, reason }) => [`  ${target}`, state, reason ?? '']);
    return [`${group}: ${summary || 'no target'}`, ...lines(rows)];
  });
}

function instanceLines({ instances }: Status): string[] {
  if (!instances) return ['none yet'];
  const { desired, minimum, maximum, registered } = instances;
  return [
    `${desired} desired (${minimum} to ${maximum}), ${registered} registered with ECS`,
    ...lines(
      instances.instances.map(({ id, type, zone, state, healthy }) => [
        id,
        type,
        zone,
        state,
        healthy ? '' : 'unhealthy',
      ]),
    ),
  ];
}

const alarmLines = ({ alarms }: Status, now: Date): string[] =>
  lines(
    alarms.map(({ kind, state, since: changed }) => [
      kind,
      state ?? 'no such alarm yet',
      changed && state ? `since ${since(changed, now)}` : '',
    ]),
  );
