import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation';
import type { AwsSession } from '../aws/session';
import type { StackSummary } from '../aws/stacks';

/** What of a version's stack can be looked at, by physical id; what is not made yet, or removed, is undefined. */
export interface VersionResources {
  readonly cluster: string | undefined;
  /** ARN. */
  readonly service: string | undefined;
  readonly targetGroups: readonly TargetGroup[];
  readonly autoScalingGroup: string | undefined;
}

export interface TargetGroup {
  /** `own`: behind the version's load balancer; `shared`: behind the entry of all versions. */
  readonly name: 'own' | 'shared';
  readonly arn: string;
}

/** A resource that is made, or being made. */
interface StackResource {
  readonly type: string;
  readonly logicalId: string;
  /** Physical id. */
  readonly id: string;
}

export async function listResources({ client }: AwsSession, { id }: StackSummary): Promise<StackResource[]> {
  const found: StackResource[] = [];
  for await (const page of paginateListStackResources({ client: client(CloudFormationClient) }, { StackName: id })) {
    for (const resource of page.StackResourceSummaries ?? []) {
      const {
        ResourceType: type,
        LogicalResourceId: logicalId,
        PhysicalResourceId: physicalId,
        ResourceStatus,
      } = resource;
      // What a deletion has removed already is still listed.
      if (type && logicalId && physicalId && ResourceStatus !== 'DELETE_COMPLETE') {
        found.push({ type, logicalId, id: physicalId });
      }
    }
  }
  return found;
}

export async function readResources(session: AwsSession, stack: StackSummary): Promise<VersionResources> {
  const found = await listResources(session, stack);
  const only = (type: string) => found.find((resource) => resource.type === type)?.id;
  return {
    cluster: only('AWS::ECS::Cluster'),
    service: only('AWS::ECS::Service'),
    targetGroups: found
      .filter(({ type }) => type === 'AWS::ElasticLoadBalancingV2::TargetGroup')
      .map(({ logicalId, id: arn }) => ({ name: logicalId.startsWith('Shared') ? 'shared' : 'own', arn })),
    autoScalingGroup: only('AWS::AutoScaling::AutoScalingGroup'),
  };
}
