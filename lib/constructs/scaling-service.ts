import { Duration } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { AlarmBehavior, Ec2Service, PlacementStrategy, type TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import type { Config } from '../../config/schema';
import type { ScalingCluster } from './cluster';

export interface ScalingServiceProps {
  readonly cluster: ScalingCluster;
  readonly taskDefinition: TaskDefinition;
  /** The groups that requests come by; the service scales on each. */
  readonly targetGroups: readonly ApplicationTargetGroup[];
  readonly capacity: Config['capacity'];
  /** Rolls a deployment back. */
  readonly rollbackAlarm: Alarm;
}

/** Keeps the tasks of a service running, as many as the requests need. */
export class ScalingService extends Construct {
  readonly service: Ec2Service;

  constructor(scope: Construct, id: string, props: ScalingServiceProps) {
    super(scope, id);
    const { cluster, targetGroups } = props;
    this.service = new Ec2Service(this, 'Service', {
      cluster: cluster.cluster,
      taskDefinition: props.taskDefinition,
      capacityProviderStrategies: [{ capacityProvider: cluster.capacityProvider.capacityProviderName, weight: 1 }],
      placementStrategies: [
        PlacementStrategy.spreadAcross('attribute:ecs.availability-zone'),
        PlacementStrategy.spreadAcrossInstances(),
      ],
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      deploymentAlarms: { alarmNames: [props.rollbackAlarm.alarmName], behavior: AlarmBehavior.ROLLBACK_ON_ALARM },
      healthCheckGracePeriod: Duration.seconds(120),
    });
    // The service does not wait for the cluster's capacity provider by itself, nor does deletion.
    this.service.node.addDependency(cluster);
    for (const group of targetGroups) this.service.attachToApplicationTargetGroup(group);
    this.scale(targetGroups, props.capacity);
  }

  private scale(targetGroups: readonly ApplicationTargetGroup[], capacity: Config['capacity']): void {
    const tasks = this.service.autoScaleTaskCount({ minCapacity: capacity.minTasks, maxCapacity: capacity.maxTasks });
    for (const targetGroup of targetGroups) {
      tasks.scaleOnRequestCount(`RequestsOf${targetGroup.node.id}`, {
        targetGroup,
        requestsPerTarget: capacity.requestsPerTarget,
      });
    }
    tasks.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: capacity.cpuPercent });
  }
}
