import { DefaultStackSynthesizer, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type CfnRepository, Repository, TagMutability, TagStatus } from 'aws-cdk-lib/aws-ecr';
import { ArnPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * The repository of all versions: a tag is a version and never moves. There is no lifecycle rule on tagged images, as one
 * digest may carry the tags of several versions.
 */
export class ImageRepository extends Repository {
  constructor(scope: Construct, id: string, repositoryName: string) {
    super(scope, id, {
      repositoryName,
      imageTagMutability: TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      // Deletion fails while there are images; left behind empty, the name would bar the next deployment.
      removalPolicy: RemovalPolicy.DESTROY,
      lifecycleRules: [
        { description: 'Untagged images', tagStatus: TagStatus.UNTAGGED, maxImageAge: Duration.days(7) },
      ],
    });
    (this.node.defaultChild as CfnRepository).encryptionConfiguration = { encryptionType: 'AES256' };
    this.allowPublishing();
  }

  /** The bootstrap stack lets its role push to the bootstrap repository only. */
  private allowPublishing(): void {
    const stack = Stack.of(this);
    const qualifier = stack.synthesizer.bootstrapQualifier ?? DefaultStackSynthesizer.DEFAULT_QUALIFIER;
    const role = stack.formatArn({
      service: 'iam',
      region: '',
      resource: 'role',
      resourceName: `cdk-${qualifier}-image-publishing-role-${stack.account}-${stack.region}`,
    });
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'PublishImages',
        principals: [new ArnPrincipal(role)],
        actions: [
          'ecr:BatchCheckLayerAvailability',
          'ecr:BatchGetImage',
          'ecr:CompleteLayerUpload',
          'ecr:DescribeImages',
          'ecr:DescribeRepositories',
          'ecr:GetDownloadUrlForLayer',
          'ecr:InitiateLayerUpload',
          'ecr:PutImage',
          'ecr:UploadLayerPart',
        ],
      }),
    );
  }
}
