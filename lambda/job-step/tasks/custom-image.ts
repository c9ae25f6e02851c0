import {
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs';
import type { TaskRole } from '../../../config/training/training-task';
import { nameInEcs } from '../../training/executions';
import type { JobState } from '../job-state';
import { settings } from '../settings';

const ecs = new ECSClient();

const allRoles: readonly TaskRole[] = ['scheduler', 'server', 'worker'];

/** The family of a role's task definition for one job with an image of its own. */
export const customFamily = (jobId: string, role: TaskRole): string =>
  `${settings().roles[role].family}-${nameInEcs(jobId)}`;

/** Registers task definitions with the job's image: a task cannot be started with another image than its definition's. */
export async function registerImage(job: JobState): Promise<void> {
  if (!job.image) return;
  for (const role of allRoles) {
    if ((await registered(job.id, role)).length === 0) await register(job, role);
  }
}

/** Takes back the task definitions of a job; most jobs have none. */
export async function forgetImage(jobId: string): Promise<void> {
  for (const role of allRoles) {
    for (const taskDefinition of await registered(jobId, role)) {
      await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
    }
  }
}

async function registered(jobId: string, role: TaskRole): Promise<readonly string[]> {
  const { taskDefinitionArns = [] } = await ecs.send(
    new ListTaskDefinitionsCommand({ familyPrefix: customFamily(jobId, role), status: 'ACTIVE' }),
  );
  return taskDefinitionArns;
}

/** As our own, but for the image, what it runs and as whom, what it may write, and how its health is seen. */
async function register({ id, image, command }: JobState, role: TaskRole): Promise<void> {
  const { family, container } = settings().roles[role];
  const { taskDefinition: own } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: family }));
  const containers = (own?.containerDefinitions ?? [])
    .filter(({ name }) => name === container)
    .map(({ healthCheck, entryPoint, secrets, user, linuxParameters, environment, ...rest }) => ({
      ...rest,
      // A folder of our image.
      environment: environment?.filter(({ name }) => name !== 'TMPDIR'),
      image,
      command: command && [...command],
      readonlyRootFilesystem: false,
    }));
  await ecs.send(
    new RegisterTaskDefinitionCommand({
      family: customFamily(id, role),
      containerDefinitions: containers,
      networkMode: own?.networkMode,
      taskRoleArn: own?.taskRoleArn,
      executionRoleArn: own?.executionRoleArn,
      placementConstraints: own?.placementConstraints,
      requiresCompatibilities: own?.requiresCompatibilities,
    }),
  );
}
