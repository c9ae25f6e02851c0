import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { type ISecurityGroup, Peer } from 'aws-cdk-lib/aws-ec2';
import { type IApplicationListener, ListenerAction } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import type { Config } from '../config/schema';
import type { BaseStack } from './base';
import { networkAddresses } from './constructs/base/network';
import { PublicLoadBalancer } from './constructs/load-balancer';
import { dynamicHostPorts } from './constructs/target-group';

export interface TrafficStackProps extends StackProps {
  readonly config: Config;
  readonly base: BaseStack;
}

/**
 * The entry that versions share. It knows none of them: each version attaches itself by a rule for requests that name it,
 * and the split, if there is one, by a rule for all others.
 */
export class TrafficStack extends Stack {
  readonly listener: IApplicationListener;
  /** The group that instances of a version have to let in. */
  readonly securityGroup: ISecurityGroup;

  constructor(scope: Construct, id: string, { config, base, ...props }: TrafficStackProps) {
    super(scope, id, { ...props, terminationProtection: true });
    const { vpc } = base.network;
    const entry = new PublicLoadBalancer(this, 'Entry', {
      vpc,
      accessLogs: { bucket: base.buckets.logs, prefix: 'alb/traffic' },
      defaultAction: ListenerAction.fixedResponse(503, {
        contentType: 'text/plain',
        messageBody: 'no version takes traffic',
      }),
      certificateArn: config.aws.certificateArn,
    });
    // Whichever version comes: a rule for each version's instances would change this stack with every version.
    entry.loadBalancer.connections.allowTo(Peer.ipv4(networkAddresses), dynamicHostPorts, 'Instances of versions');
    this.listener = entry.listener;
    this.securityGroup = entry.securityGroup;
    new CfnOutput(this, 'Endpoint', { value: entry.url });
  }
}
