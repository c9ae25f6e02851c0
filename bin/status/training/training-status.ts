import { requireStack } from '../../aws/deployed';
import type { AwsOptions } from '../../aws/options';
import { type AwsSession, withSession } from '../../aws/session';
import { print, printJson } from '../../output';
import { readNamedAlarms } from '../alarms';
import { listResources } from '../resources';
import { readSharedStacks, readStackStatus } from '../stack-status';
import { readFleet } from './fleet';
import { readJobs } from './jobs';
import { trainingPage } from './page';
import { type TrainingStatus, trainingProblems } from './report';
import { readSchedules } from './schedules';
import { readTrainingTasks } from './tasks';

/** Prints how training in AWS is. */
export const trainingStatus = (options: AwsOptions): Promise<void> =>
  withSession(options, async (session) => {
    const found = await readStatus(session);
    const now = new Date();
    const problems = trainingProblems(found, now);
    if (options.json) printJson({ healthy: problems.length === 0, problems, ...found });
    else print(trainingPage(found, problems, now));
  });

async function readStatus(session: AwsSession): Promise<TrainingStatus> {
  const stack = await requireStack(session, session.names.trainingStack);
  const resources = await listResources(session, stack);
  const only = (type: string) => resources.find((resource) => resource.type === type)?.id;
  const alarm = only('AWS::CloudWatch::Alarm');
  const [stackStatus, shared, jobs, fleet, tasks, alarms, schedules] = await Promise.all([
    readStackStatus(session, stack),
    readSharedStacks(session, stack),
    readJobs(session),
    readFleet(session, only('AWS::EC2::EC2Fleet')),
    readTrainingTasks(session, only('AWS::ECS::Cluster')),
    alarm ? readNamedAlarms(session, [alarm]) : [],
    readSchedules(session),
  ]);
  const { region, account } = session;
  const maxJobHours = Number(stack.outputs.MaxJobHours) || undefined;
  const guard = { alarm: alarms[0], maxJobHours };
  return { stack: stackStatus, shared, region, account, jobs, fleet, tasks, guard, schedules };
}
