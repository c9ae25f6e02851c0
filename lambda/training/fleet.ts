import {
  DescribeFleetInstancesCommand,
  DescribeFleetsCommand,
  EC2Client,
  ModifyFleetCommand,
} from '@aws-sdk/client-ec2';

const ec2 = new EC2Client();

/** How many machines a fleet is to have. */
export interface Capacity {
  /** Machines that stay. */
  readonly onDemand: number;
  /** Machines that AWS may take back. */
  readonly spot: number;
}

const none: Capacity = { onDemand: 0, spot: 0 };

/** Tells the fleet how many machines to have; what is more than that it ends. */
export async function setCapacity(fleet: string, { onDemand, spot }: Capacity): Promise<void> {
  await ec2.send(
    new ModifyFleetCommand({
      FleetId: fleet,
      ExcessCapacityTerminationPolicy: 'termination',
      TargetCapacitySpecification: {
        TotalTargetCapacity: onDemand + spot,
        OnDemandTargetCapacity: onDemand,
        SpotTargetCapacity: spot,
        DefaultTargetCapacityType: 'spot',
      },
    }),
  );
}

/** Tells the fleet to have no machine, unless it knows. */
export async function emptyFleet(fleet: string): Promise<void> {
  if ((await targetOf(fleet)) > 0) await setCapacity(fleet, none);
}

/** How many machines the fleet is to have now. */
export async function targetOf(fleet: string): Promise<number> {
  const { Fleets } = await ec2.send(new DescribeFleetsCommand({ FleetIds: [fleet] }));
  return Fleets?.[0]?.TargetCapacitySpecification?.TotalTargetCapacity ?? 0;
}

/** How many machines the fleet has. */
export async function machinesOf(fleet: string): Promise<number> {
  let machines = 0;
  let next: string | undefined;
  do {
    const { ActiveInstances = [], NextToken } = await ec2.send(
      new DescribeFleetInstancesCommand({ FleetId: fleet, NextToken: next }),
    );
    machines += ActiveInstances.length;
    next = NextToken;
  } while (next);
  return machines;
}
