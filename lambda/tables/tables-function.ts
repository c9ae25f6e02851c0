import { Duration, Stack, Validations } from 'aws-cdk-lib';
import type { ISecurityGroup, IVpc } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { DatabaseInstance } from 'aws-cdk-lib/aws-rds';
import type { Bucket, CfnBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { Role } from '../../config/database';
import { Environment, revisionsFolder } from '../../config/environment';
import { type HandlerEnvironment, HandlerFunction } from '../handler-function';

export interface TablesFunctionProps extends HandlerEnvironment {
  readonly database: DatabaseInstance;
  readonly databaseUrl: string;
  /** Where the archives go. */
  readonly artifacts: Bucket;
  readonly network: { readonly vpc: IVpc; readonly securityGroup: ISecurityGroup };
}

/** Makes, archives and drops the tables and the role of a version; serves the custom resource of every version stack. */
export class TablesFunction extends HandlerFunction {
  constructor(scope: Construct, id: string, { database, databaseUrl, artifacts, ...environment }: TablesFunctionProps) {
    super(scope, id, {
      ...environment,
      name: 'tables',
      description: 'Makes, archives and drops the tables of a version',
      timeout: Duration.minutes(15),
      environment: {
        [Environment.databaseUrl]: databaseUrl,
        [Environment.databaseAuth]: 'iam',
        ARTIFACTS_BUCKET: artifacts.bucketName,
        ARCHIVE_PART_ROWS: '100000',
        SESSION_WAIT_SECONDS: '150',
      },
    });
    database.grantConnect(this, Role.admin);
    const archives = artifacts.arnForObjects('archives/*');
    this.addToRolePolicy(
      new PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], resources: [archives] }),
    );
    const revisions = artifacts.arnForObjects(`${revisionsFolder}/*`);
    this.addToRolePolicy(new PolicyStatement({ actions: ['s3:GetObject', 's3:DeleteObject'], resources: [revisions] }));
    // Without it S3 answers 403 instead of 404, and an object that is not there could not be told from one out of reach.
    this.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [artifacts.bucketArn] }));
    const bucket = Stack.of(this).getLogicalId(artifacts.node.defaultChild as CfnBucket);
    Validations.of(this.role!).acknowledge(
      {
        id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/archives/*]`,
        reason: 'The function serves all versions; each archives below a folder of its own.',
      },
      {
        id: `AwsSolutions-IAM5[Resource::<${bucket}.Arn>/${revisionsFolder}/*]`,
        reason: 'The function serves all versions; it moves the revisions of one that is reverted into its archive.',
      },
    );
  }
}
