import { DescribeFleetInstancesCommand, DescribeFleetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { AwsSession } from '../../aws/session';

/** The machines of training jobs. */
export interface FleetStatus {
  /** How many machines the fleet is to have. */
  readonly target: { readonly onDemand: number; readonly spot: number };
  /** Those that it has. */
  readonly machines: readonly {
    readonly id: string;
    readonly type: string;
    /** Whether AWS may take it back. */
    readonly spot: boolean;
    readonly healthy: boolean;
  }[];
}

/**
 * @param id of the fleet
 * @returns undefined if there is no fleet
 */
export async function readFleet({ client }: AwsSession, id: string | undefined): Promise<FleetStatus | undefined> {
  if (!id) return undefined;
  const ec2 = client(EC2Client);
  const [{ Fleets }, { ActiveInstances = [] }] = await Promise.all([
    ec2.send(new DescribeFleetsCommand({ FleetIds: [id] })),
    // One page holds a thousand machines, which is more than any job has.
    ec2.send(new DescribeFleetInstancesCommand({ FleetId: id })),
  ]);
  const capacity = Fleets?.[0]?.TargetCapacitySpecification;
  if (!capacity) return undefined;
  return {
    target: { onDemand: capacity.OnDemandTargetCapacity ?? 0, spot: capacity.SpotTargetCapacity ?? 0 },
    machines: ActiveInstances.map(({ InstanceId, InstanceType, SpotInstanceRequestId, InstanceHealth }) => ({
      id: InstanceId ?? '',
      type: InstanceType ?? '',
      spot: Boolean(SpotInstanceRequestId),
      healthy: InstanceHealth !== 'unhealthy',
    })),
  };
}
