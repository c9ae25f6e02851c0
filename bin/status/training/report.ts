import type { NamedAlarm } from '../alarms';
import { type StackStatus, stackFailures, time } from '../stack-status';
import type { FleetStatus } from './fleet';
import type { JobStatus } from './jobs';
import type { ScheduleStatus } from './schedules';
import type { TrainingTasks } from './tasks';

/** How training in AWS is, as `status training --json` prints it. What is undefined is not made yet. */
export interface TrainingStatus {
  readonly stack: StackStatus;
  /** The other stacks of the deployment that are no version's. */
  readonly shared: readonly StackStatus[];
  readonly region: string;
  readonly account: string;
  /** The last jobs, the youngest first. */
  readonly jobs: readonly JobStatus[] | undefined;
  readonly fleet: FleetStatus | undefined;
  readonly tasks: TrainingTasks | undefined;
  readonly guard: GuardStatus;
  readonly schedules: readonly ScheduleStatus[];
}

/** What ends training that costs money without need. */
export interface GuardStatus {
  /** Tells when the guard itself fails. */
  readonly alarm: NamedAlarm | undefined;
  /** After so many hours a job is ended. */
  readonly maxJobHours: number | undefined;
}

/** Something that a person on call has to know, in one line. */
export interface TrainingProblem {
  readonly about: 'stack' | 'guard' | 'fleet' | 'job';
  readonly text: string;
}

/** What is wrong, what costs money first. */
export const trainingProblems = (status: TrainingStatus, now: Date): TrainingProblem[] => [
  ...problem('stack', ...stackFailures(status.stack, status.shared)),
  ...guardProblems(status.guard),
  ...fleetProblems(status),
  ...jobProblems(status, now),
];

const problem = (about: TrainingProblem['about'], ...texts: readonly string[]): TrainingProblem[] =>
  texts.map((text) => ({ about, text }));

function guardProblems({ alarm }: GuardStatus): TrainingProblem[] {
  if (alarm?.state !== 'ALARM') return [];
  const { since, reason } = alarm;
  const told = `${since ? ` since ${time(since)}` : ''}${reason ? `: ${reason}` : ''}`;
  return problem('guard', `the budget guard fails${told}; machines may run without a job`);
}

/** The guard looks every ten minutes, and machines take some to end. */
function fleetProblems({ fleet, jobs = [] }: TrainingStatus): TrainingProblem[] {
  if (!fleet || jobs.some(({ state }) => state === 'running')) return [];
  const { target, machines } = fleet;
  const wanted = target.onDemand + target.spot;
  if (wanted === 0 && machines.length === 0) return [];
  const running = `${machines.length} machines run and no job does`;
  return problem(
    'fleet',
    `${running}: ${wanted > 0 ? 'the budget guard ends them within ten minutes' : 'they are ending'}`,
  );
}

/** How long past its time a job may be for its own cleanup. */
const graceHours = 0.5;

function jobProblems({ jobs = [], guard: { maxJobHours = Infinity } }: TrainingStatus, now: Date): TrainingProblem[] {
  const overdue = jobs.filter(
    ({ state, startedAt }) =>
      state === 'running' && now.getTime() - startedAt.getTime() > (maxJobHours + graceHours) * 3_600_000,
  );
  const last = jobs.find(({ state }) => state !== 'running');
  return problem(
    'job',
    ...overdue.map(({ id }) => `${id} runs longer than ${maxJobHours} hours: modelapp train --stop ${id}`),
    ...(last?.state === 'failed' ? [`the last job failed: ${last.id}: ${last.cause || last.error}`] : []),
  );
}
