import { Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, type BucketProps } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { revisionsFolder } from '../../../config/environment';

/** The two buckets of a deployment; both outlive their stack. */
export class Buckets extends Construct {
  /** `models/` revisions of all versions, `archives/` tables of reverted versions, `jobs/` of training, for 30 days. */
  readonly artifacts: Bucket;
  /** `alb/` access logs of load balancers, `s3/` of the artifacts. */
  readonly logs: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const guarded: BucketProps = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    this.logs = new Bucket(this, 'Logs', guarded);
    this.logs.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('logdelivery.elasticloadbalancing.amazonaws.com')],
        actions: ['s3:PutObject'],
        // Load balancers of another account write below its number, which their prefix cannot forge.
        resources: [this.logs.arnForObjects(`alb/*/AWSLogs/${Stack.of(this).account}/*`)],
      }),
    );
    Validations.of(this.logs).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'This bucket holds the access logs; logging access to it would log its own log.',
    });
    this.artifacts = new Bucket(this, 'Artifacts', {
      ...guarded,
      serverAccessLogsBucket: this.logs,
      serverAccessLogsPrefix: 's3/',
      lifecycleRules: [
        { prefix: 'jobs/', expiration: Duration.days(30), noncurrentVersionExpiration: Duration.days(1) },
        // Trainings remove old revisions all the time, which a versioned bucket would keep for ever.
        {
          prefix: `${revisionsFolder}/`,
          noncurrentVersionExpiration: Duration.days(30),
          expiredObjectDeleteMarker: true,
        },
        { abortIncompleteMultipartUploadAfter: Duration.days(7) },
      ],
    });
  }
}
