import { Duration } from 'aws-cdk-lib';
import { type IVpc, Port } from 'aws-cdk-lib/aws-ec2';
import { ApplicationProtocol, ApplicationTargetGroup, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';

/** The ports of an instance that Docker gives to containers. */
export const dynamicHostPorts = Port.tcpRange(32_768, 65_535);

/** The tasks of a version, as one load balancer sees them. */
export class TaskTargetGroup extends ApplicationTargetGroup {
  constructor(scope: Construct, id: string, vpc: IVpc) {
    super(scope, id, {
      vpc,
      targetType: TargetType.INSTANCE,
      protocol: ApplicationProtocol.HTTP,
      deregistrationDelay: Duration.seconds(30),
      healthCheck: { path: '/alive', interval: Duration.seconds(10), timeout: Duration.seconds(5) },
    });
  }
}
