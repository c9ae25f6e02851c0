import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type ISecurityGroup,
  type IVpc,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

export interface NetworkProps {
  /**
   * Writes flow logs to CloudWatch.
   * @default false
   */
  readonly flowLogs?: boolean;
}

/** The addresses of the VPC: a constant, so that a stack may name them without an output that Base has to be deployed with. */
export const networkAddresses = '10.0.0.0/16';

/** The VPC of all stacks, two zones without NAT, and the security group whose members may reach the database. */
export class Network extends Construct {
  readonly vpc: IVpc;
  readonly databaseClients: ISecurityGroup;

  constructor(scope: Construct, id: string, { flowLogs = false }: NetworkProps) {
    super(scope, id);
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(networkAddresses),
      maxAzs: 2,
      natGateways: 0,
      subnetConfiguration: [
        { name: 'Public', subnetType: SubnetType.PUBLIC, mapPublicIpOnLaunch: false },
        { name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED },
      ],
      gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
      // Emptying the default group takes a Lambda function of the library; nothing here is ever in that group.
      restrictDefaultSecurityGroup: false,
    });
    if (flowLogs) {
      const logGroup = new LogGroup(this, 'FlowLogs', {
        retention: RetentionDays.ONE_MONTH,
        removalPolicy: RemovalPolicy.DESTROY,
      });
      vpc.addFlowLog('FlowLog', { destination: FlowLogDestination.toCloudWatchLogs(logGroup) });
    } else {
      Validations.of(vpc).acknowledge({
        id: 'AwsSolutions-VPC7',
        reason: 'Flow logs are billed by the gigabyte of traffic; whoever wants them sets aws.flowLogs.',
      });
    }
    this.vpc = vpc;
    this.databaseClients = new SecurityGroup(this, 'DbClients', {
      vpc,
      description: 'Members may reach the database',
    });
  }
}
