import type { ServiceName } from '../../config/names';
import { requireStack } from '../aws/deployed';
import type { AwsOptions } from '../aws/options';
import { type AwsSession, withSession } from '../aws/session';
import { print, printJson } from '../output';
import { readAlarms } from './alarms';
import { readInstances } from './instances';
import { page } from './page';
import { problemsOf, type Status } from './report';
import { readResources } from './resources';
import { readSharedStacks, readStackStatus } from './stack-status';
import { readTargets } from './targets';
import { readTasks } from './tasks';
import { readTraffic } from './traffic';

/** Prints how a version is, or the event server. */
export const status = (asked: ServiceName | undefined, options: AwsOptions): Promise<void> =>
  withSession(options, async (session) => {
    const service = asked ?? session.version;
    const version = service === 'events' ? undefined : service;
    const found = await readStatus(session, service);
    const problems = problemsOf(found);
    if (options.json) printJson({ version, healthy: problems.length === 0, problems, ...found });
    else print(page(found, problems, service));
  });

async function readStatus(session: AwsSession, service: ServiceName): Promise<Status> {
  const stack = await requireStack(session, session.names.serviceStack(service));
  const resources = await readResources(session, stack);
  const [stackStatus, shared, traffic, tasks, targets, instances, alarms] = await Promise.all([
    readStackStatus(session, stack),
    readSharedStacks(session, stack),
    service === 'events' ? undefined : readTraffic(session, service),
    readTasks(session, resources),
    readTargets(session, resources.targetGroups),
    readInstances(session, resources),
    readAlarms(session, service),
  ]);
  const { region, account } = session;
  const endpoint = stack.outputs.Endpoint;
  return { stack: stackStatus, shared, endpoint, region, account, traffic, tasks, targets, instances, alarms };
}
