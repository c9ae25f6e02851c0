import { Stack, Tags } from 'aws-cdk-lib';
import { CfnEC2Fleet, type IVpc, SecurityGroup, UserData } from 'aws-cdk-lib/aws-ec2';
import { AmiHardwareType, type ICluster } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { TrainingConfig } from '../../../config/training/training';
import { acknowledgeAgentPolicy, MachineTemplate } from '../machine-template';
import { lifecycleAttribute } from './lifecycle';

export interface TrainingFleetProps {
  readonly vpc: IVpc;
  readonly cluster: ICluster;
  readonly machines: Pick<TrainingConfig, 'minVcpus' | 'maxVcpus' | 'minMemoryGiB' | 'maxMemoryGiB' | 'maxPrice'>;
}

/** The machines of training jobs: none until a job raises the fleet, those that AWS may take back by Spot. */
export class TrainingFleet extends Construct {
  readonly fleetId: string;

  constructor(scope: Construct, id: string, { vpc, cluster, machines }: TrainingFleetProps) {
    super(scope, id);
    const launchTemplate = this.launchTemplate(vpc, cluster);
    const instanceRequirements: CfnEC2Fleet.InstanceRequirementsRequestProperty = {
      vCpuCount: { min: machines.minVcpus, max: machines.maxVcpus },
      memoryMiB: { min: machines.minMemoryGiB * 1024, max: machines.maxMemoryGiB * 1024 },
      instanceGenerations: ['current'],
      cpuManufacturers: ['intel', 'amd'],
      burstablePerformance: 'excluded',
      bareMetal: 'excluded',
    };
    const maxPrice = machines.maxPrice === undefined ? {} : { maxPrice: String(machines.maxPrice) };
    const fleet = new CfnEC2Fleet(this, 'Fleet', {
      type: 'maintain',
      targetCapacitySpecification: {
        totalTargetCapacity: 0,
        onDemandTargetCapacity: 0,
        spotTargetCapacity: 0,
        defaultTargetCapacityType: 'spot',
      },
      excessCapacityTerminationPolicy: 'termination',
      replaceUnhealthyInstances: true,
      spotOptions: { allocationStrategy: 'price-capacity-optimized', instanceInterruptionBehavior: 'terminate' },
      onDemandOptions: { allocationStrategy: 'lowest-price' },
      launchTemplateConfigs: [
        {
          launchTemplateSpecification: {
            launchTemplateId: launchTemplate.launchTemplateId,
            // A number would replace the fleet with each newer machine image.
            version: '$Latest',
          },
          overrides: vpc.publicSubnets.map(({ subnetId }) => ({ subnetId, instanceRequirements, ...maxPrice })),
        },
      ],
    });
    this.fleetId = fleet.attrFleetId;
  }

  private launchTemplate(vpc: IVpc, cluster: ICluster): MachineTemplate {
    const role = new Role(this, 'MachineRole', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    allowAgent(role, cluster);
    const securityGroup = new SecurityGroup(this, 'MachineSg', {
      vpc,
      description: 'Machines of training: open to nobody, as tasks have interfaces of their own',
    });
    const launchTemplate = new MachineTemplate(this, 'LaunchTemplate', {
      hardware: AmiHardwareType.STANDARD,
      role,
      userData: userData(cluster),
      securityGroup,
    });
    Tags.of(launchTemplate).add('Name', `${Stack.of(this).stackName}/machine`);
    return launchTemplate;
  }
}

/** What the ECS agent of a machine does; tasks have roles of their own. */
function allowAgent(role: Role, { clusterArn }: ICluster): void {
  role.addToPolicy(
    new PolicyStatement({
      actions: ['ecs:DeregisterContainerInstance', 'ecs:RegisterContainerInstance', 'ecs:Submit*'],
      resources: [clusterArn],
    }),
  );
  role.addToPolicy(
    new PolicyStatement({
      actions: ['ecs:Poll', 'ecs:StartTelemetrySession', 'ecs:UpdateContainerInstancesState'],
      resources: ['*'],
      conditions: { ArnEquals: { 'ecs:cluster': clusterArn } },
    }),
  );
  role.addToPolicy(
    new PolicyStatement({ actions: ['ecs:DiscoverPollEndpoint', 'ecr:GetAuthorizationToken'], resources: ['*'] }),
  );
  acknowledgeAgentPolicy(role);
}

/** Fleets take neither the cluster nor draining from the CDK's cluster; and only the machine itself knows if it is Spot. */
function userData({ clusterName }: ICluster): UserData {
  const metadata = 'http://169.254.169.254/latest';
  const data = UserData.forLinux();
  data.addCommands(
    'set -e',
    `token=$(curl -sf --retry 5 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' ${metadata}/api/token)`,
    `lifecycle=$(curl -sf --retry 5 -H "X-aws-ec2-metadata-token: $token" ${metadata}/meta-data/instance-life-cycle)`,
    'cat >> /etc/ecs/ecs.config <<END',
    `ECS_CLUSTER=${clusterName}`,
    'ECS_ENABLE_SPOT_INSTANCE_DRAINING=true',
    'ECS_AWSVPC_BLOCK_IMDS=true',
    `ECS_INSTANCE_ATTRIBUTES={"${lifecycleAttribute}":"$lifecycle"}`,
    'END',
  );
  return data;
}
