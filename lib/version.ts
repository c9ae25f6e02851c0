import { CfnOutput, Stack, type StackProps, type StackSynthesizer } from 'aws-cdk-lib';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { type ApplicationTargetGroup, ListenerAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { HealthPath } from '../config/environment';
import type { Names } from '../config/names';
import type { Config } from '../config/schema';
import { dashed, type Version } from '../config/version';
import { ReleaseGuard } from '../lambda/release/release-guard';
import { released } from '../lambda/release/source-hash';
import { VersionTables } from '../lambda/tables/version-tables';
import type { BaseStack } from './base';
import { ApiKeys, needsGeneratedKeys } from './constructs/api-keys';
import { ScalingCluster } from './constructs/cluster';
import { InferenceTask } from './constructs/inference-task';
import { PublicLoadBalancer } from './constructs/load-balancer';
import { ScalingService } from './constructs/scaling-service';
import { type ImageSource, ServiceImage } from './constructs/service-image';
import { ServiceMonitoring } from './constructs/service-monitoring';
import { TaskTargetGroup } from './constructs/target-group';
import { VersionRule } from './constructs/version-rule';
import { ReleaseSynthesizer } from './release-synthesizer';
import type { TrafficStack } from './traffic';

export interface VersionStackProps extends StackProps {
  readonly names: Names;
  readonly config: Config;
  readonly version: Version;
  readonly base: BaseStack;
  /**
   * The entry that the version shares with others.
   * @default none: the version has a load balancer of its own only
   */
  readonly traffic?: TrafficStack | undefined;
  /**
   * The image to publish under the version's tag.
   * @default none: the image was released before
   */
  readonly image?: ImageSource;
  /**
   * Archives the tables before the stack's deletion drops them.
   * @default true
   */
  readonly archive?: boolean;
}

/** One model version: its image, its tables, and the service behind a load balancer of its own. */
export class VersionStack extends Stack {
  /** The tasks behind the shared entry. */
  readonly sharedTargetGroup: ApplicationTargetGroup | undefined;

  constructor(scope: Construct, id: string, props: VersionStackProps) {
    const { names, config, version, base, traffic, image, archive = true, ...stackProps } = props;
    super(scope, id, { ...stackProps, ...(image && { synthesizer: releaseSynthesizer(names, version, image) }) });
    if (image) {
      const { architecture } = new InstanceType(config.capacity.instanceType);
      new ServiceImage(this, 'Image', { ...image, architecture });
    }
    const release = new ReleaseGuard(this, 'Release', { names, version, source: image?.sourceHash ?? released });
    const tables = new VersionTables(this, 'Tables', { names, version, archive });

    const own = new TaskTargetGroup(this, 'Own', { vpc: base.network.vpc, healthPath });
    const entry = new PublicLoadBalancer(this, 'Entry', {
      vpc: base.network.vpc,
      accessLogs: { bucket: base.buckets.logs, prefix: `alb/${dashed(version)}` },
      defaultAction: ListenerAction.forward([own]),
      certificateArn: config.aws.certificateArn,
    });
    this.sharedTargetGroup = traffic && this.share(traffic, version, base);
    const monitoring = new ServiceMonitoring(this, 'Monitoring', {
      names,
      service: version,
      loadBalancer: entry.loadBalancer,
      own,
      shared: this.sharedTargetGroup,
      thresholds: config.capacity,
      alarmAction: base.notices.alarmAction,
    });
    const apiKeys = needsGeneratedKeys(config.auth) ? new ApiKeys(this, 'ApiKeys').secret : undefined;
    const task = new InferenceTask(this, 'Task', {
      names,
      version,
      config,
      database: base.database,
      artifacts: base.artifacts,
      apiKeys,
    });
    const { service } = new ScalingService(this, 'Service', {
      cluster: new ScalingCluster(this, 'Capacity', { network: base.network, capacity: config.capacity }),
      taskDefinition: task.definition,
      targetGroups: [own, ...(this.sharedTargetGroup ? [this.sharedTargetGroup] : [])],
      capacity: config.capacity,
      rollbackAlarm: monitoring.errors,
    });
    // Deletion follows these backwards: first the service, then its tables, at last the tag of its image.
    service.node.addDependency(tables, entry, task);
    tables.node.addDependency(release);

    for (const name of ['Endpoint', 'URL']) new CfnOutput(this, name, { value: entry.url });
    if (apiKeys) new CfnOutput(this, 'ApiKeysSecret', { value: apiKeys.secretArn });
  }

  /** A group belongs to one load balancer, and ECS takes none that no load balancer uses: hence a second one, with a rule. */
  private share(entry: TrafficStack, version: Version, base: BaseStack): ApplicationTargetGroup {
    const targetGroup = new TaskTargetGroup(this, 'Shared', { vpc: base.network.vpc, healthPath });
    new VersionRule(this, 'SharedRule', { version, entry, targetGroup });
    // Always, not only while a split imports it: a deployment without the split could not remove an export in use.
    this.exportValue(targetGroup.targetGroupArn);
    return targetGroup;
  }
}

const healthPath = HealthPath.inference;

const releaseSynthesizer = (names: Names, version: Version, { sourceHash }: ImageSource): StackSynthesizer =>
  new ReleaseSynthesizer({ repositoryName: names.application, tag: version, sourceHash });
