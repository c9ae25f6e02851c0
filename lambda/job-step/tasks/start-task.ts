import { createHash } from 'node:crypto';
import { ECSClient, RunTaskCommand, type RunTaskCommandOutput } from '@aws-sdk/client-ecs';
import { optionArguments } from '../../../config/training/job-options';
import {
  modelTaskEnvironment,
  type StoreAddresses,
  storePort,
  taskEnvironment,
} from '../../../config/training/training-task';
import { startedBy } from '../../training/executions';
import type { JobState, TaskState } from '../job-state';
import { settings, startOf } from '../settings';
import { customFamily } from './custom-image';
import { hostName } from './host-names';

const ecs = new ECSClient();

/** ECS says this by an error, and of all other lack of room by a failure in its answer. */
const noMachine = /No Container Instances were found/i;

/**
 * Starts a task anew, once in a round however often it is asked to: ECS knows the token.
 * @returns the task with its new ARN, or with the reason why ECS had no room for it
 */
export async function startTask(job: JobState, task: TaskState): Promise<TaskState> {
  const { cluster, subnets } = settings();
  const { family, container, securityGroups } = startOf(job, task.role);
  const { tasks = [], failures = [] } = await ecs
    .send(
      new RunTaskCommand({
        cluster,
        taskDefinition: job.image ? customFamily(job.id, task.role) : family,
        launchType: 'EC2',
        count: 1,
        startedBy: startedBy(job.id),
        clientToken: tokenOf(job, task),
        // A machine that goes must not take two servers, or two workers, with it.
        placementConstraints: [{ type: 'distinctInstance' }],
        networkConfiguration: { awsvpcConfiguration: { subnets: [...subnets], securityGroups: [...securityGroups] } },
        overrides: {
          containerOverrides: [
            { name: container, environment: environmentOf(job, task), command: commandOf(job, task) },
          ],
        },
      }),
    )
    .catch((error): Pick<RunTaskCommandOutput, 'tasks' | 'failures'> => {
      if (!noMachine.test(error.message)) throw error;
      return { failures: [{ reason: error.message }] };
    });
  const { role, index, starts, faults } = task;
  const arn = tasks[0]?.taskArn;
  if (arn) return { role, index, starts: starts + 1, faults, arn };
  return { role, index, starts, faults, refusal: failures[0]?.reason ?? 'ECS gives no reason' };
}

const tokenOf = ({ id, round }: JobState, { role, index }: TaskState): string =>
  createHash('sha256').update(`${id}/${round}/${role}/${index}`).digest('hex');

function environmentOf(job: JobState, task: TaskState): { name: string; value: string }[] {
  return Object.entries(variablesOf(job, task)).map(([name, value]) => ({ name, value }));
}

function variablesOf(job: JobState, task: TaskState): Readonly<Record<string, string>> {
  const output = outputOf(job);
  if (job.model !== undefined) return modelTaskEnvironment({ id: job.id, output });
  return taskEnvironment({ ...job, output, hostOf: hostName }, task, task.starts, storeOf(job, task));
}

/** Place of a job's output. */
export const outputOf = ({ id }: Pick<JobState, 'id'>): string => `s3://${settings().bucket}/jobs/${id}/out/`;

function storeOf({ image, tasks, replicas }: JobState, { role }: TaskState): StoreAddresses | undefined {
  if (image || role === 'server') return undefined;
  const servers = tasks.filter((other) => other.role === 'server');
  if (servers.length === 0) return undefined;
  return { addresses: servers.map(({ address }) => `${address}:${storePort}`), replicas };
}

/** The trainer is told the model; our scheduler how to learn, and it goes on where it was. Undefined leaves the task definition's own command. */
function commandOf(job: JobState, { role, starts }: TaskState): string[] | undefined {
  if (job.model !== undefined) {
    const { model, activate, parameters } = job;
    return [
      ...['job', 'model', model],
      ...(activate === false ? ['--no-activate'] : []),
      ...(parameters ? ['--parameters', JSON.stringify(parameters)] : []),
    ];
  }
  if (job.image || role !== 'scheduler') return undefined;
  return ['job', role, ...optionArguments(job), ...(job.resume || starts > 0 ? ['--resume'] : [])];
}
