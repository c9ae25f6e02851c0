import type { JobResult } from '../../../lambda/job-step/output/model-trained';
import { layout, lines, since, spanOf, stackSections } from '../layout';
import { shortId } from '../report';
import { time } from '../stack-status';
import type { FleetStatus } from './fleet';
import type { JobStatus } from './jobs';
import type { TrainingProblem, TrainingStatus } from './report';
import type { TrainingTasks } from './tasks';

/** The status of training as a person reads it. */
export function trainingPage(status: TrainingStatus, problems: readonly TrainingProblem[], now: Date): string {
  const { stack, shared, region, account, jobs, fleet, tasks, schedules } = status;
  const running = jobs?.find(({ state }) => state === 'running');
  return layout({
    title: `${stack.name} in ${region}, account ${account}`,
    problems,
    stacks: [stack, ...shared],
    sections: [
      ...stackSections(status, now),
      ['Job', jobLines(running, status, now)],
      ['Fleet', fleet ? fleetLines(fleet) : ['none yet']],
      ['Tasks', tasks ? taskLines(tasks, now) : []],
      ['Last jobs', lines((jobs ?? []).filter(({ state }) => state !== 'running').map(endedRow))],
      ['Result', resultLines(jobs)],
      ['Guard', guardLines(status, now)],
      ['Schedules', lines(schedules.map(({ name, schedule, enabled }) => [name, schedule, enabled ? '' : 'disabled']))],
      ['Logs', [`modelapp logs training ${running ? `${running.id} --follow` : 'JOB'}`]],
    ],
  });
}

function jobLines(job: JobStatus | undefined, { guard }: TrainingStatus, now: Date): string[] {
  if (!job) return ['none runs'];
  const { id, doing = 'begins', startedAt } = job;
  const { maxJobHours } = guard;
  const end = maxJobHours && new Date(startedAt.getTime() + maxJobHours * 3_600_000);
  return [
    `${id} ${doing}, started ${since(startedAt, now)}`,
    ...(end ? [`it may run until ${time(end)}`] : []),
    `modelapp train --attach ${id}`,
  ];
}

const fleetLines = ({ target, machines }: FleetStatus): string[] => [
  `${machines.length} machines of ${target.onDemand} on demand and ${target.spot} Spot`,
  ...lines(
    machines.map(({ id, type, spot, healthy }) => [id, type, spot ? 'Spot' : 'on demand', healthy ? '' : 'unhealthy']),
  ),
];

function taskLines({ tasks, failures }: TrainingTasks, now: Date): string[] {
  const rows = [
    ...tasks.map(({ role, id, state, startedAt }) => [
      role,
      shortId(id),
      state,
      startedAt ? `since ${since(startedAt, now)}` : '',
    ]),
    ...failures
      .slice(0, 5)
      .map(({ role, id, stoppedAt, reason }) => [
        role,
        shortId(id),
        'STOPPED',
        `${stoppedAt ? `${since(stoppedAt, now)}: ` : ''}${reason}`,
      ]),
  ];
  return rows.length > 0 ? lines(rows) : ['none'];
}

const endedRow = (job: JobStatus): string[] => [
  job.id,
  job.state,
  time(job.startedAt),
  job.endedAt ? `took ${spanOf(job.startedAt, job.endedAt)}` : '',
  job.state === 'failed' ? job.cause || job.error : '',
];

/** The model of the last job that made one. */
function resultLines(jobs: readonly JobStatus[] = []): string[] {
  const last = jobs.flatMap((job) => (job.state === 'done' && hasModel(job.result) ? [job.result] : []))[0];
  return last ? [nameOf(last), ...scoreLine(last)] : ['none yet'];
}

/** A job may only have scored one. */
const hasModel = (result: JobResult): boolean => 'revision' in result || result.files.length > 0;

function nameOf(result: JobResult): string {
  if (!('revision' in result)) return result.model;
  const { model, revision, reason } = result;
  return revision === null ? `${model}: not kept, ${reason}` : `${model}: revision ${revision}`;
}

function scoreLine(result: JobResult): string[] {
  const all = 'revision' in result ? result.scores : (result.evaluation ?? {});
  const scores = Object.entries(all).map(([name, score]) => `${name} ${score?.toPrecision(4) ?? 'nan'}`);
  return scores.length > 0 ? [scores.join('  ')] : [];
}

function guardLines({ guard: { alarm, maxJobHours } }: TrainingStatus, now: Date): string[] {
  if (!alarm) return ['none yet'];
  const { state, since: changed } = alarm;
  return [
    `${state ?? 'no such alarm'}${state && changed ? ` since ${since(changed, now)}` : ''}`,
    ...(maxJobHours ? [`ends jobs after ${maxJobHours} hours, and machines without a job`] : []),
  ];
}
