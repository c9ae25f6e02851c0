import type { GuardRecord } from '../../lambda/rollout-guard/guard-record';
import type { AlarmStatus } from './alarms';
import type { InstancesStatus } from './instances';
import { type StackStatus, stackFailures, time } from './stack-status';
import type { TargetsStatus } from './targets';
import type { TasksStatus } from './tasks';

/** How a service is, as `status --json` prints it. */
export interface Status {
  readonly stack: StackStatus;
  /** The other stacks of the deployment that are no version's. */
  readonly shared: readonly StackStatus[];
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly account: string;
  /** Share of the traffic of the shared entry; undefined if that is not split. */
  readonly traffic: TrafficStatus | undefined;
  readonly tasks: TasksStatus | undefined;
  readonly targets: readonly TargetsStatus[];
  readonly instances: InstancesStatus | undefined;
  readonly alarms: readonly AlarmStatus[];
}

export interface TrafficStatus {
  /** By the live rule of the load balancer. */
  readonly weight: number;
  /** Of all versions together. */
  readonly sum: number;
  /** As it was deployed. */
  readonly deployed: number;
  /** That the rollout guard took the version out, if it did. */
  readonly removal: GuardRecord['removals'][number] | undefined;
  /** Why it is not known what the rollout guard did; undefined if it is. */
  readonly guardFault: string | undefined;
}

/** Something that a person on call has to know, in one line. */
export interface Problem {
  readonly about: 'stack' | 'tasks' | 'targets' | 'instances' | 'alarm' | 'traffic';
  readonly text: string;
}

/** What is wrong with a version, what is closest to the users first. */
export const problemsOf = (status: Status): Problem[] => [
  ...stackProblems(status),
  ...alarmProblems(status),
  ...trafficProblems(status.traffic),
  ...targetProblems(status),
  ...taskProblems(status.tasks),
  ...instanceProblems(status.instances),
];

const problem = (about: Problem['about'], ...texts: readonly string[]): Problem[] =>
  texts.map((text) => ({ about, text }));

const stackProblems = ({ stack, shared }: Status): Problem[] => problem('stack', ...stackFailures(stack, shared));

/** An alarm that is missing where the stack says that all is made was deleted by hand. */
function alarmProblems({ alarms, stack }: Status): Problem[] {
  const complete = /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(stack.state);
  const missing = complete ? alarms.filter(({ state }) => state === undefined) : [];
  const on = alarms.filter(({ state }) => state === 'ALARM');
  return problem(
    'alarm',
    ...on.map(
      ({ name, since, reason }) => `${name} is on${since ? ` since ${time(since)}` : ''}${reason ? `: ${reason}` : ''}`,
    ),
    ...missing.map(({ name }) => `${name} is gone: it was deleted outside of CloudFormation`),
  );
}

function trafficProblems(traffic: TrafficStatus | undefined): Problem[] {
  if (!traffic) return [];
  const { sum, removal, guardFault } = traffic;
  const told = removal && `${time(new Date(removal.at))} because ${removal.alarm} fired`;
  return problem(
    'traffic',
    ...(sum === 0 ? ['the rule that splits traffic is gone: modelapp split shows what was deployed'] : []),
    ...(told ? [`the rollout guard took this version out of the split at ${told}; back in: modelapp split`] : []),
    ...(guardFault ? [`the state of the rollout guard is not known: ${guardFault}`] : []),
  );
}

/** While a version starts its targets are not healthy either, which is no problem yet. */
function targetProblems({ targets, tasks }: Status): Problem[] {
  return targets.flatMap(({ group, targets: members }) => {
    const ill = members.filter(({ state }) => state === 'unhealthy' || state === 'unavailable');
    const none = ill.length === members.length && (tasks?.desired ?? 0) > 0 && members.length > 0;
    return problem(
      'targets',
      ...(none ? [`no target of the ${group} group is healthy: requests are answered with an error`] : []),
      ...ill.map(
        ({ target, state, reason }) => `${target} of the ${group} group is ${state}${reason ? `: ${reason}` : ''}`,
      ),
    );
  });
}

function taskProblems(tasks: TasksStatus | undefined): Problem[] {
  if (!tasks) return [];
  const { desired, running, failures, rollout, rolloutReason, events } = tasks;
  const last = failures[0];
  const missing = running < desired;
  return problem(
    'tasks',
    ...(missing ? [`${running} of ${desired} run`] : []),
    ...(rollout === 'FAILED' ? [`the deployment failed${rolloutReason ? `: ${rolloutReason}` : ''}`] : []),
    ...(last
      ? [`${shortId(last.id)} stopped${last.stoppedAt ? ` at ${time(last.stoppedAt)}` : ''}: ${last.reason}`]
      : []),
    ...(missing && events[0] && /\bunable\b|\bfailed\b/.test(events[0].text) ? [events[0].text] : []),
  );
}

function instanceProblems(instances: InstancesStatus | undefined): Problem[] {
  if (!instances) return [];
  const { desired, registered, instances: members, failure } = instances;
  const inService = members.filter(({ state }) => state === 'InService').length;
  return problem(
    'instances',
    ...members.filter(({ healthy }) => !healthy).map(({ id, state }) => `${id} is unhealthy and ${state}`),
    ...(inService < desired && failure
      ? [`the last try to start one failed at ${time(failure.at)}: ${failure.reason}`]
      : []),
    ...(registered < inService ? [`${registered} of ${inService} are known to ECS: the others take no tasks`] : []),
  );
}

/** The first characters of a task's id, as in the lines of `modelapp logs`. */
export const shortId = (id: string): string => id.slice(0, 8);
