import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
} from '@aws-sdk/client-auto-scaling';
import { DescribeClustersCommand, ECSClient } from '@aws-sdk/client-ecs';
import type { AwsSession } from '../aws/session';
import type { VersionResources } from './resources';

export interface InstancesStatus {
  readonly desired: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Instances that ECS may place tasks on. */
  readonly registered: number;
  readonly instances: readonly {
    readonly id: string;
    readonly type: string;
    readonly zone: string;
    /** Such as `InService`, `Pending` or `Terminating`. */
    readonly state: string;
    readonly healthy: boolean;
  }[];
  /** The last scaling activity, if it failed: for example because the zone had no capacity. */
  readonly failure: { readonly at: Date; readonly reason: string } | undefined;
}

/** @returns undefined while there is no Auto Scaling group */
export async function readInstances(
  { client }: AwsSession,
  { autoScalingGroup: name, cluster }: VersionResources,
): Promise<InstancesStatus | undefined> {
  if (!name || !cluster) return undefined;
  const scaling = client(AutoScalingClient);
  const [{ AutoScalingGroups }, { Activities }, { clusters }] = await Promise.all([
    scaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] })),
    scaling.send(new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name, MaxRecords: 10 })),
    client(ECSClient).send(new DescribeClustersCommand({ clusters: [cluster] })),
  ]);
  const group = AutoScalingGroups?.[0];
  if (!group) return undefined;
  const last = Activities?.[0];
  return {
    desired: group.DesiredCapacity ?? 0,
    minimum: group.MinSize ?? 0,
    maximum: group.MaxSize ?? 0,
    registered: clusters?.[0]?.registeredContainerInstancesCount ?? 0,
    instances: (group.Instances ?? []).map((instance) => ({
      id: instance.InstanceId ?? '',
      type: instance.InstanceType ?? '',
      zone: instance.AvailabilityZone ?? '',
      state: instance.LifecycleState ?? 'unknown',
      healthy: instance.HealthStatus !== 'Unhealthy',
    })),
    failure:
      last?.StatusCode === 'Failed'
        ? { at: last.StartTime!, reason: last.StatusMessage ?? last.Description ?? 'no reason given' }
        : undefined,
  };
}
