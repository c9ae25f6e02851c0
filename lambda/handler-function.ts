import { join } from 'node:path';
import { ArnFormat, type Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionName, Names } from '../config/names';

/** What all functions of a deployment have in common. */
export interface HandlerEnvironment {
  readonly names: Names;
  /** The folder with a bundle `<name>/index.js` for each handler. */
  readonly bundles: string;
}

export interface HandlerFunctionProps extends HandlerEnvironment {
  readonly name: FunctionName;
  readonly description: string;
  readonly timeout: Duration;
  /**
   * Environment variables.
   * @default none
   */
  readonly environment?: Record<string, string>;
  /**
   * The isolated subnets to run in, and the group that opens the database.
   * @default outside any VPC
   */
  readonly network?: { readonly vpc: IVpc; readonly securityGroup: ISecurityGroup };
}

/** The address of a function by its name, so that it stays the same whatever becomes of the function. */
export const handlerArn = (scope: Construct, names: Names, name: FunctionName): string =>
  Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: names.function(name),
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** A function made of one of our bundles, with a log group and a role of its own that holds nothing but what it is granted. */
export class HandlerFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, { name, names, bundles, network, ...props }: HandlerFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      logGroupName: names.functionLogGroup(name),
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    super(scope, id, {
      ...props,
      functionName: names.function(name),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 512,
      handler: 'index.handler',
      code: Code.fromAsset(join(bundles, name)),
      role,
      logGroup,
      ...(network && {
        vpc: network.vpc,
        vpcSubnets: { subnets: network.vpc.isolatedSubnets },
        securityGroups: [network.securityGroup],
      }),
    });
    logGroup.grantWrite(role);
    if (network) this.allowNetworkInterfaces();
  }

  /** Instead of the managed policy, which also opens every log group. */
  private allowNetworkInterfaces(): void {
    this.addToRolePolicy(
      new PolicyStatement({
        actions: [
          'ec2:AssignPrivateIpAddresses',
          'ec2:CreateNetworkInterface',
          'ec2:DeleteNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:UnassignPrivateIpAddresses',
        ],
        resources: ['*'],
      }),
    );
    Validations.of(this.role!).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Lambda makes the network interfaces of a function in a VPC with these six actions and accepts no narrower resource.',
    });
  }
}
