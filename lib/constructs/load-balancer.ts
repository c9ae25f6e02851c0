import { Annotations, Validations } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  type ApplicationListener,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ListenerAction,
  ListenerCertificate,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

export interface PublicLoadBalancerProps {
  readonly vpc: IVpc;
  /** Where the access logs go. */
  readonly accessLogs: { readonly bucket: IBucket; readonly prefix: string };
  /** What requests meet that no rule of the listener takes. */
  readonly defaultAction: ListenerAction;
  /**
   * ACM certificate.
   * @default HTTP only, with a warning at synth
   */
  readonly certificateArn?: string | undefined;
}

/** A load balancer open to the world on 80, and on 443 if there is a certificate; 80 then only redirects. */
export class PublicLoadBalancer extends Construct {
  readonly loadBalancer: ApplicationLoadBalancer;
  /** The listener that serves clients, not the one that redirects them. */
  readonly listener: ApplicationListener;
  readonly securityGroup: ISecurityGroup;
  /** Address of the load balancer, without a slash at the end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: PublicLoadBalancerProps) {
    super(scope, id);
    const { vpc, certificateArn, defaultAction } = props;
    const ports = certificateArn ? [80, 443] : [80];
    this.securityGroup = this.worldOpenGroup(vpc, ports);
    this.loadBalancer = new ApplicationLoadBalancer(this, 'LoadBalancer', {
      vpc,
      vpcSubnets: { subnets: vpc.publicSubnets },
      internetFacing: true,
      dropInvalidHeaderFields: true,
      securityGroup: this.securityGroup,
    });
    this.logAccess(props.accessLogs);
    if (certificateArn) {
      const certificate = ListenerCertificate.fromArn(certificateArn);
      this.listener = this.listen('Https', ApplicationProtocol.HTTPS, defaultAction, [certificate]);
      const redirect = ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true });
      this.listen('Http', ApplicationProtocol.HTTP, redirect);
    } else {
      this.listener = this.listen('Http', ApplicationProtocol.HTTP, defaultAction);
      Annotations.of(this).addWarningV2(
        'modelapp:plain-http',
        'Requests and keys travel unencrypted: set aws.certificateArn to serve HTTPS.',
      );
    }
    const scheme = certificateArn ? 'https' : 'http';
    this.url = `${scheme}://${this.loadBalancer.loadBalancerDnsName}`;
  }

  private worldOpenGroup(vpc: IVpc, ports: readonly number[]): SecurityGroup {
    const group = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Load balancer: open to the world on ${ports.join(' and ')}`,
      allowAllOutbound: false,
    });
    for (const port of ports) group.addIngressRule(Peer.anyIpv4(), Port.tcp(port), 'Clients');
    Validations.of(group).acknowledge({
      id: 'AwsSolutions-EC23',
      reason:
        'The public entry to the service: clients call it from anywhere, and credentials decide what they may do.',
    });
    return group;
  }

  /** `logAccessLogs()` would change the bucket's policy for each version; it lets every load balancer write already. */
  private logAccess({ bucket, prefix }: PublicLoadBalancerProps['accessLogs']): void {
    this.loadBalancer.setAttribute('access_logs.s3.enabled', 'true');
    this.loadBalancer.setAttribute('access_logs.s3.bucket', bucket.bucketName);
    this.loadBalancer.setAttribute('access_logs.s3.prefix', prefix);
  }

  private listen(
    id: string,
    protocol: ApplicationProtocol,
    defaultAction: ListenerAction,
    certificates: ListenerCertificate[] = [],
  ): ApplicationListener {
    return this.loadBalancer.addListener(id, { protocol, open: false, defaultAction, certificates });
  }
}
