import { Duration } from 'aws-cdk-lib';
import { type IVpc, Port } from 'aws-cdk-lib/aws-ec2';
import { ApplicationProtocol, ApplicationTargetGroup, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';

/** The ports of an instance that Docker gives to containers. */
export const dynamicHostPorts = Port.tcpRange(32_768, 65_535);

export interface TaskTargetGroupProps {
  readonly vpc: IVpc;
  /** What the load balancer asks for the health of a task. */
  readonly healthPath: string;
}

/** The tasks of a service, as one load balancer sees them. */
export class TaskTargetGroup extends ApplicationTargetGroup {
  constructor(scope: Construct, id: string, { vpc, healthPath }: TaskTargetGroupProps) {
    super(scope, id, {
      vpc,
      targetType: TargetType.INSTANCE,
      protocol: ApplicationProtocol.HTTP,
      deregistrationDelay: Duration.seconds(30),
      healthCheck: { path: healthPath, interval: Duration.seconds(10), timeout: Duration.seconds(5) },
    });
  }
}
