import { paginateListExecutions, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';

const stepFunctions = new SFNClient();

/** A job that runs: an execution of the state machine. */
export interface RunningJob {
  readonly arn: string;
  /** Name of the execution, and id of the job. */
  readonly id: string;
  readonly startedAt: Date;
}

/** The jobs that run, the oldest first. */
export async function runningJobs(machine: string): Promise<readonly RunningJob[]> {
  const jobs: RunningJob[] = [];
  const pages = paginateListExecutions(
    { client: stepFunctions },
    { stateMachineArn: machine, statusFilter: 'RUNNING' },
  );
  for await (const { executions = [] } of pages) {
    jobs.push(
      ...executions.map(({ executionArn, name, startDate }) => ({
        arn: executionArn!,
        id: name!,
        startedAt: startDate!,
      })),
    );
  }
  return jobs.sort(byAge);
}

/** The oldest first; of two of one age the same always. */
export const byAge = (a: RunningJob, b: RunningJob): number =>
  a.startedAt.getTime() - b.startedAt.getTime() || (a.id < b.id ? -1 : 1);

/** Ends a job at once, without its cleanup. */
export async function stopJob({ arn }: Pick<RunningJob, 'arn'>, error: string, cause: string): Promise<void> {
  await stepFunctions.send(new StopExecutionCommand({ executionArn: arn, error, cause }));
}

/** A job's id in the characters that ECS takes for names. */
export const nameInEcs = (jobId: string): string => jobId.replaceAll(/[^\w-]/g, '-');

/** What ECS notes of a job's tasks, of which it takes no more characters. */
export const startedBy = (jobId: string): string => nameInEcs(jobId).slice(-36);
