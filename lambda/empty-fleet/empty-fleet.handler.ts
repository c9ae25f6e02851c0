import { setTimeout as sleep } from 'node:timers/promises';
import { customResource } from '../custom-resource';
import type { Deadline } from '../deadline';
import { runningJobs, stopJob } from '../training/executions';
import { emptyFleet, machinesOf } from '../training/fleet';
import { forgetHosts } from '../training/host-names';
import { liveTasks, stopTask } from '../training/tasks';

/** Properties of `Custom::ModelAppEmptyFleet`, contract 1. */
interface FleetProperties {
  /** ARN of the state machine. */
  readonly Machine: string;
  /** Name of the cluster. */
  readonly Cluster: string;
  /** Id of the fleet. */
  readonly Fleet: string;
  /** Id of the hosted zone of the tasks' names. */
  readonly Zone: string;
}

/** Between two looks at whether the last machine is gone. */
const pauseMs = Number(process.env.PAUSE_MS);

/** When the stack is deleted, ends all that runs: a fleet, a cluster or a zone in use cannot be deleted, or costs on. */
export const handler = customResource(async (event, deadline) => {
  const properties = event.ResourceProperties as typeof event.ResourceProperties & FleetProperties;
  const physicalResourceId = `fleet:${properties.Fleet}`;
  if (event.RequestType === 'Delete')
    await endAll(properties, event.PhysicalResourceId.slice('fleet:'.length), deadline);
  return { physicalResourceId };
});

/** @param fleet that of the resource, which after an update is another than that of the properties */
async function endAll({ Machine, Cluster, Zone }: FleetProperties, fleet: string, { signal }: Deadline): Promise<void> {
  for (const job of await runningJobs(Machine)) await stopJob(job, 'Deleted', 'the stack is deleted');
  for (const { taskArn } of await liveTasks(Cluster)) await stopTask(Cluster, taskArn!, 'the stack is deleted');
  await emptyFleet(fleet);
  await forgetHosts(Zone);
  while ((await machinesOf(fleet)) > 0) await sleep(pauseMs, undefined, { signal });
}
