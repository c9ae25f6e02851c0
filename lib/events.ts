import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { ListenerAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { Role } from '../config/database';
import { HealthPath } from '../config/environment';
import { eventsImageTag, type Names } from '../config/names';
import type { Config } from '../config/schema';
import { RollingRelease } from '../lambda/release/rolling-release';
import type { BaseStack } from './base';
import { ScalingCluster } from './constructs/cluster';
import { PublicLoadBalancer } from './constructs/load-balancer';
import { ScalingService } from './constructs/scaling-service';
import { type ImageSource, ServiceImage } from './constructs/service-image';
import { ServiceMonitoring } from './constructs/service-monitoring';
import { ServiceTask } from './constructs/service-task';
import { TaskTargetGroup } from './constructs/target-group';
import { ReleaseSynthesizer } from './release-synthesizer';

export interface EventsStackProps extends StackProps {
  readonly names: Names;
  readonly config: Config;
  readonly base: BaseStack;
  readonly image: ImageSource;
}

/**
 * The event server behind a load balancer of its own: the image of the service in another role. It belongs to no version,
 * and each deployment brings it the code of the tree. Its tables are those of the base stack, and stay there.
 */
export class EventsStack extends Stack {
  constructor(scope: Construct, id: string, { names, config, base, image, ...props }: EventsStackProps) {
    const { sourceHash } = image;
    const tag = eventsImageTag(sourceHash);
    const synthesizer = new ReleaseSynthesizer({ repositoryName: names.application, tag, sourceHash });
    super(scope, id, { ...props, synthesizer });
    const { capacity } = config;
    new ServiceImage(this, 'Image', { ...image, architecture: new InstanceType(capacity.instanceType).architecture });
    const release = new RollingRelease(this, 'Release', { names, tag, sourceHash });

    const own = new TaskTargetGroup(this, 'Own', { vpc: base.network.vpc, healthPath: HealthPath.events });
    const entry = new PublicLoadBalancer(this, 'Entry', {
      vpc: base.network.vpc,
      accessLogs: { bucket: base.buckets.logs, prefix: 'alb/events' },
      defaultAction: ListenerAction.forward([own]),
      certificateArn: config.aws.certificateArn,
    });
    const monitoring = new ServiceMonitoring(this, 'Monitoring', {
      names,
      service: 'events',
      loadBalancer: entry.loadBalancer,
      own,
      thresholds: capacity,
      alarmAction: base.notices.alarmAction,
    });
    const task = new ServiceTask(this, 'Task', {
      names,
      service: 'events',
      role: 'events',
      imageTag: tag,
      memoryMiB: capacity.taskMemoryMiB,
      database: base.database,
      databaseRole: Role.events,
    });
    const { service } = new ScalingService(this, 'Service', {
      cluster: new ScalingCluster(this, 'Capacity', { network: base.network, capacity }),
      taskDefinition: task.definition,
      targetGroups: [own],
      capacity,
      rollbackAlarm: monitoring.errors,
    });
    // Deletion follows these backwards: first the service, then the tag of its image.
    service.node.addDependency(release, entry, task);

    for (const name of ['Endpoint', 'URL']) new CfnOutput(this, name, { value: entry.url });
  }
}
