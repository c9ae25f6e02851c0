import type { ServiceName } from '../../config/names';
import { explainFailure, requireStack } from '../aws/deployed';
import type { AwsOptions } from '../aws/options';
import { type AwsSession, withSession } from '../aws/session';
import { latestStep } from '../aws/stack-events';
import { isFailed, isInProgress, listStacks, type StackSummary } from '../aws/stacks';
import { print, printJson } from '../output';
import { readAlarms } from './alarms';
import { readInstances } from './instances';
import { page } from './page';
import { problemsOf, type StackStatus, type Status } from './report';
import { readResources } from './resources';
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

async function readSharedStacks(session: AwsSession, { id: own }: StackSummary): Promise<StackStatus[]> {
  const shared = (await listStacks(session)).filter(({ version, id }) => version === undefined && id !== own);
  return Promise.all(shared.map((stack) => readStackStatus(session, stack)));
}

async function readStackStatus(session: AwsSession, stack: StackSummary): Promise<StackStatus> {
  const { name, state, lastUpdated: since } = stack;
  return {
    name,
    state,
    since,
    // While it rolls back what failed is known already.
    failure: isFailed(state) || state.includes('ROLLBACK') ? await explainFailure(session, stack) : undefined,
    step: isInProgress(state) ? await latestStep(session, stack) : undefined,
  };
}
