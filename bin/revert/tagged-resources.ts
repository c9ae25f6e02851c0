import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeClustersCommand, DescribeTaskDefinitionCommand, ECSClient } from '@aws-sdk/client-ecs';
import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import type { Version } from '../../config/version';
import type { AwsSession } from '../aws/session';

/**
 * The resources that bear the tags of a version, by their addresses. AWS goes on listing some that are gone, instances for
 * about an hour; those are not among them.
 */
export async function taggedResources(session: AwsSession, version: Version): Promise<string[]> {
  const { client, names } = session;
  const found: string[] = [];
  let PaginationToken: string | undefined;
  do {
    const page = await client(ResourceGroupsTaggingAPIClient).send(
      new GetResourcesCommand({
        // The stack too: the deployment of another prefix may have the same version.
        TagFilters: [
          { Key: 'modelapp:stack', Values: [names.versionStack(version)] },
          { Key: 'modelapp:version', Values: [version] },
        ],
        PaginationToken,
      }),
    );
    for (const { ResourceARN: arn = '' } of page.ResourceTagMappingList ?? []) {
      if (!(await isGone(session, arn))) found.push(arn);
    }
    PaginationToken = page.PaginationToken || undefined;
  } while (PaginationToken);
  return found;
}

/** The list of tags lags behind: waits until it is empty, and gives what is left after `waitMs`. */
export async function awaitNothingTagged(
  session: AwsSession,
  version: Version,
  { waitMs = 120_000, pollMs = 5_000 } = {},
): Promise<string[]> {
  const end = Date.now() + waitMs;
  for (;;) {
    const found = await taggedResources(session, version);
    if (found.length === 0 || Date.now() >= end) return found;
    await sleep(pollMs);
  }
}

/** Services keep a record of some resources that no longer exist. */
async function isGone({ client }: AwsSession, arn: string): Promise<boolean> {
  const [, service = ''] = /^arn:[^:]+:([^:]+):/.exec(arn) ?? [];
  const resource = arn.split(':').slice(5).join(':');
  const [kind, id = ''] = resource.split('/');
  switch (`${service} ${kind}`) {
    case 'ecs task-definition': {
      const { taskDefinition } = await client(ECSClient).send(
        new DescribeTaskDefinitionCommand({ taskDefinition: arn }),
      );
      return taskDefinition?.status !== 'ACTIVE';
    }
    case 'ecs cluster': {
      const { clusters } = await client(ECSClient).send(new DescribeClustersCommand({ clusters: [arn] }));
      return clusters?.[0]?.status !== 'ACTIVE';
    }
    case 'ec2 instance': {
      const { Reservations } = await client(EC2Client).send(
        // By filter, as an id that is forgotten would be an error.
        new DescribeInstancesCommand({ Filters: [{ Name: 'instance-id', Values: [id] }] }),
      );
      const state = Reservations?.[0]?.Instances?.[0]?.State?.Name;
      return state === undefined || state === 'terminated' || state === 'shutting-down';
    }
    default:
      return false;
  }
}
