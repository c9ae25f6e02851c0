import { join } from 'node:path';
import { CustomResource, Duration, FileSystem } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { DatabaseInstance } from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { Role } from '../../config/database';
import { Environment } from '../../config/environment';
import { type HandlerEnvironment, HandlerFunction } from '../handler-function';

export interface DatabaseSetupProps extends HandlerEnvironment {
  readonly database: DatabaseInstance;
  readonly databaseUrl: string;
  readonly masterSecret: ISecret;
  readonly network: { readonly vpc: IVpc; readonly securityGroup: ISecurityGroup };
}

/**
 * Makes the roles and the shared tables of the database. Two functions do it, as the VPC has no route to the master
 * secret: `database` reads it and hands it to `database-inside`, which reaches the database.
 */
export class DatabaseSetup extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { database, databaseUrl, masterSecret, network, ...environment }: DatabaseSetupProps,
  ) {
    super(scope, id);
    const inside = new HandlerFunction(this, 'InsideFunction', {
      ...environment,
      name: 'database-inside',
      description: 'Makes the roles and shared tables of the database',
      timeout: Duration.minutes(4),
      environment: { [Environment.databaseUrl]: databaseUrl, [Environment.databaseAuth]: 'iam' },
      network,
    });
    database.grantConnect(inside, Role.admin);
    const outside = new HandlerFunction(this, 'Function', {
      ...environment,
      name: 'database',
      description: 'Hands the master secret to database-inside',
      timeout: Duration.minutes(5),
      environment: { INSIDE_FUNCTION: inside.functionName },
    });
    // The plain grant of a function also opens its versions, by a wildcard.
    outside.addToRolePolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [inside.functionArn] }),
    );
    outside.addToRolePolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [masterSecret.secretArn] }),
    );
    const setup = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::ModelAppDatabase',
      serviceToken: outside.functionArn,
      serviceTimeout: Duration.minutes(6),
      properties: {
        Contract: 1,
        MasterSecret: masterSecret.secretArn,
        // A new migration changes this, so that an update runs it.
        Migrations: FileSystem.fingerprint(join(environment.bundles, 'database-inside', 'migrations')),
      },
    });
    setup.node.addDependency(database, inside, outside);
  }
}
