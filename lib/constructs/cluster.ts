import { Duration, Validations } from 'aws-cdk-lib';
import { AutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { InstanceArchitecture, InstanceType, SecurityGroup, UserData } from 'aws-cdk-lib/aws-ec2';
import { AmiHardwareType, AsgCapacityProvider, Cluster } from 'aws-cdk-lib/aws-ecs';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { containerDataDirectory, containerUserId } from '../../config/environment';
import type { Config } from '../../config/schema';
import type { Network } from './base/network';
import { acknowledgeAgentPolicy, MachineTemplate } from './machine-template';

export interface ScalingClusterProps {
  readonly network: Network;
  readonly capacity: Pick<Config['capacity'], 'instanceType' | 'minInstances' | 'maxInstances'>;
}

/** An ECS cluster on instances that ECS adds and takes away as tasks need them. */
export class ScalingCluster extends Construct {
  readonly cluster: Cluster;
  readonly capacityProvider: AsgCapacityProvider;

  constructor(scope: Construct, id: string, { network, capacity }: ScalingClusterProps) {
    super(scope, id);
    this.cluster = new Cluster(this, 'Cluster', { vpc: network.vpc });
    Validations.of(this.cluster).acknowledge({
      id: 'AwsSolutions-ECS4',
      reason:
        'Container Insights is billed by the metric; the alarms read the load balancer, which costs nothing more.',
    });
    const instances = this.instances(network, capacity);
    this.capacityProvider = new AsgCapacityProvider(this, 'CapacityProvider', {
      autoScalingGroup: instances,
      // Protection hangs the deletion of the stack; draining left undefined adds a function and a topic.
      enableManagedTerminationProtection: false,
      enableManagedDraining: true,
    });
    this.cluster.addAsgCapacityProvider(this.capacityProvider);
    acknowledgeAgentPolicy(instances.role);
  }

  private instances(network: Network, capacity: ScalingClusterProps['capacity']): AutoScalingGroup {
    const securityGroup = new SecurityGroup(this, 'InstanceSg', {
      vpc: network.vpc,
      description: 'Instances: open to load balancers only',
    });
    // The capacity provider does not pass on the group, without which the load balancer's rules would have no target.
    this.cluster.connections.addSecurityGroup(securityGroup);
    const instanceType = new InstanceType(capacity.instanceType);
    const launchTemplate = new MachineTemplate(this, 'LaunchTemplate', {
      hardware: amiHardware(instanceType),
      instanceType,
      role: new Role(this, 'InstanceRole', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }),
      userData: this.userData(),
      securityGroup,
    });
    launchTemplate.addSecurityGroup(network.databaseClients);
    const group = new AutoScalingGroup(this, 'Instances', {
      vpc: network.vpc,
      vpcSubnets: { subnets: network.vpc.publicSubnets },
      launchTemplate,
      minCapacity: capacity.minInstances,
      maxCapacity: capacity.maxInstances,
      cooldown: Duration.minutes(5),
      // No update policy: each deployment may find a newer image, and must not replace every instance for it.
      ignoreUnmodifiedSizeProperties: false,
    });
    Validations.of(group).acknowledge({
      id: 'AwsSolutions-AS3',
      reason:
        'Instances come and go with the load; what matters to people are the alarms on errors, latency and health.',
    });
    return group;
  }

  /** Docker would make the host's volume for root, whom the container does not run as. */
  private userData(): UserData {
    const userData = UserData.forLinux();
    userData.addCommands(
      `mkdir -p ${containerDataDirectory}`,
      `chown ${containerUserId}:${containerUserId} ${containerDataDirectory}`,
    );
    return userData;
  }
}

const amiHardware = (type: InstanceType): AmiHardwareType =>
  type.architecture === InstanceArchitecture.ARM_64 ? AmiHardwareType.ARM : AmiHardwareType.STANDARD;
