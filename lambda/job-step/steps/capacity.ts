import { ECSClient, paginateListContainerInstances } from '@aws-sdk/client-ecs';
import { type Capacity, setCapacity } from '../../training/fleet';
import { JobFailure } from '../failure';
import { type JobState, refuseLate, waitFrom } from '../job-state';
import { settings } from '../settings';
import { registerImage } from '../tasks/custom-image';
import { tasksOfRole } from '../tasks/follow-tasks';
import { pointHostNames } from '../tasks/host-names';

const ecs = new ECSClient();

/** Machines that stay for the servers, one of which also has the scheduler, and one for each worker, or for a model. */
const capacityFor = (job: JobState): Capacity =>
  job.model === undefined
    ? { onDemand: Math.max(1, tasksOfRole(job, 'server').length), spot: tasksOfRole(job, 'worker').length }
    : { onDemand: 0, spot: 1 };

/** Asks for the machines of a job, and makes ready what its tasks will find. */
export async function raise(job: JobState): Promise<JobState> {
  await registerImage(job);
  await pointHostNames(job.tasks);
  await setCapacity(settings().fleet, capacityFor(job));
  return { ...job, next: 'on' };
}

/** @throws {JobFailure} `NoCapacity` if the machines do not come in time */
export async function ready(job: JobState, now: number): Promise<JobState> {
  refuseLate(job, now);
  const wanted = capacityFor(job);
  const total = wanted.onDemand + wanted.spot;
  const all = await countMachines();
  const onDemand = await countMachines('attribute:modelapp.lifecycle == on-demand');
  if (all >= total && onDemand >= wanted.onDemand) return { ...job, waitUntil: waitFrom(now), next: 'on' };
  if (now > job.waitUntil) {
    const came = `${all} of ${total} machines came, ${onDemand} of ${wanted.onDemand} on demand`;
    throw new JobFailure('NoCapacity', `${came}, within ${settings().capacityWaitMinutes} minutes`);
  }
  return { ...job, next: 'again' };
}

/** How many machines the cluster can place tasks on. */
async function countMachines(filter?: string): Promise<number> {
  const query = { cluster: settings().cluster, status: 'ACTIVE', filter } as const;
  let count = 0;
  for await (const { containerInstanceArns = [] } of paginateListContainerInstances({ client: ecs }, query)) {
    count += containerInstanceArns.length;
  }
  return count;
}
