import { type RunningJob, runningJobs, startedBy, stopJob } from '../training/executions';
import { emptyFleet, targetOf } from '../training/fleet';
import { liveTasks, stopTask } from '../training/tasks';
import { publishFindings } from './notice';

const { MACHINE: machine = '', CLUSTER: cluster = '', FLEET: fleet = '', NOTICES_TOPIC: topic = '' } = process.env;
const maxJobHours = Number(process.env.MAX_JOB_HOURS);

/** How long past its time a job may take for its own cleanup. */
const graceMinutes = 30;

/** What EventBridge tells, as far as the guard reads it: that time has passed, or an execution ended badly. */
interface GuardEvent {
  /** ISO 8601. */
  readonly time: string;
}

/**
 * Stops what costs money without need: a job past its time, tasks of no job, and machines without a job. It sees to what
 * the state machine cannot, as when that was stopped by hand.
 */
export async function handler({ time }: GuardEvent): Promise<void> {
  // First what there is, then who has it: a job that starts meanwhile has nothing yet.
  const tasks = await liveTasks(cluster);
  const machines = await targetOf(fleet);
  const jobs = await runningJobs(machine);
  const overdue = jobs.filter((job) => isOverdue(job, Date.parse(time)));
  const working = jobs.filter((job) => !overdue.includes(job));
  const owners = working.map(({ id }) => startedBy(id));
  const orphans = tasks.filter((task) => !owners.includes(task.startedBy ?? ''));
  const idle = working.length === 0 ? machines : 0;

  for (const job of overdue) await stopJob(job, 'Overdue', `it ran longer than ${maxJobHours} hours`);
  for (const { taskArn } of orphans) await stopTask(cluster, taskArn!, 'no job has this task');
  if (idle > 0) await emptyFleet(fleet);
  const findings = [
    ...overdue.map(({ id }) => `The job ${id} ran longer than ${maxJobHours} hours.`),
    ...(orphans.length > 0 ? [`${orphans.length} tasks ran that belong to no job.`] : []),
    ...(idle > 0 ? [`The fleet was to have ${idle} machines, and no job needs them.`] : []),
  ];
  if (findings.length > 0) await publishFindings(topic, findings);
}

const isOverdue = ({ startedAt }: RunningJob, now: number): boolean =>
  now - startedAt.getTime() > maxJobHours * 3_600_000 + graceMinutes * 60_000;
