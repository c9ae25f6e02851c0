import type { ServiceName } from '../../config/names';
import { table } from '../output';
import { type Problem, type StackStatus, type Status, shortId, time } from './report';

/** The status as a person reads it: first what is wrong, then everything. */
export function page(status: Status, problems: readonly Problem[], service: ServiceName, now = new Date()): string {
  const { stack, endpoint, region, account } = status;
  const sections: readonly (readonly [name: string, lines: readonly string[]])[] = [
    ['Stack', [stateLine(stack, now), ...(stack.step ? [`last step: ${stack.step}`] : [])]],
    ['Shared', sharedLines(status, now)],
    ['Endpoint', [endpoint ?? 'none yet']],
    ['Traffic', service === 'events' ? [] : trafficLines(status)],
    ['Tasks', taskLines(status, now)],
    ['Targets', targetLines(status)],
    ['Instances', instanceLines(status)],
    ['Alarms', alarmLines(status, now)],
    ['Logs', [`modelapp logs ${service} --follow`]],
  ];
  return [
    `${stack.name} in ${region}, account ${account}`,
    '',
    ...verdict(status, problems),
    '',
    ...sections.flatMap(([name, lines]) =>
      lines.map((line, index) => `${(index ? '' : name).padEnd(11)}${line}`.trimEnd()),
    ),
  ].join('\n');
}

function verdict({ stack, shared }: Status, problems: readonly Problem[]): string[] {
  if (problems.length === 0)
    return [[stack, ...shared].some(({ step }) => step) ? 'IN PROGRESS, no problem so far' : 'HEALTHY'];
  const rows = problems.map(({ about, text }) => [` ! ${about}`, text]);
  return [problems.length === 1 ? '1 PROBLEM' : `${problems.length} PROBLEMS`, ...table(rows).split('\n')];
}

const stateLine = ({ state, since: changed }: StackStatus, now: Date): string =>
  `${state} since ${since(changed, now)}`;

const sharedLines = ({ shared }: Status, now: Date): string[] =>
  lines(shared.map((stack) => [stack.name, stateLine(stack, now), stack.step ? `last step: ${stack.step}` : '']));

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

const lines = (rows: readonly (readonly string[])[]): string[] => (rows.length > 0 ? table(rows).split('\n') : []);

/** `2026-01-02 03:04 UTC (2 h ago)` */
const since = (date: Date, now: Date): string => `${time(date)} (${ago(date, now)})`;

const spans = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

/** `2 h ago`, in the largest unit that fits. */
function ago(date: Date, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - date.getTime()) / 1_000));
  const [length, unit] = spans.find(([span]) => seconds >= span) ?? [1, 's'];
  return `${Math.floor(seconds / length)} ${unit} ago`;
}
