import { DescribeTasksCommand, ECSClient, paginateListTasks, StopTaskCommand, type Task } from '@aws-sdk/client-ecs';

const ecs = new ECSClient();

/** ECS describes so many tasks a call. */
const perCall = 100;

/** The tasks of a cluster, or those that one job started, which have not been told to stop. */
export async function liveTasks(cluster: string, startedBy?: string): Promise<readonly Task[]> {
  const arns: string[] = [];
  for await (const { taskArns = [] } of paginateListTasks({ client: ecs }, { cluster, startedBy }))
    arns.push(...taskArns);
  return describeTasks(cluster, arns);
}

/** Tasks as they are now; one that was started this moment may not be among them yet. */
export async function describeTasks(cluster: string, arns: readonly string[]): Promise<readonly Task[]> {
  const found: Task[] = [];
  for (let first = 0; first < arns.length; first += perCall) {
    const tasks = arns.slice(first, first + perCall);
    found.push(...((await ecs.send(new DescribeTasksCommand({ cluster, tasks }))).tasks ?? []));
  }
  return found;
}

/** Tells a task to stop; one that has ended meanwhile is left as it is. */
export async function stopTask(cluster: string, task: string, reason: string): Promise<void> {
  await ecs.send(new StopTaskCommand({ cluster, task, reason })).catch((error) => {
    if (!/task was not found/i.test(error.message)) throw error;
  });
}
