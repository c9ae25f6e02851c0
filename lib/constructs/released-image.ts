import { Stack, Validations } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { Names } from '../../config/names';

/**
 * An image in the repository of all versions: by tag and in the same words for everyone, so that a newer VERSION changes
 * nothing where it is used.
 */
export function releasedImage(scope: Construct, names: Names, tag: string): ContainerImage {
  const { account, region, urlSuffix } = Stack.of(scope);
  return ContainerImage.fromRegistry(`${account}.dkr.ecr.${region}.${urlSuffix}/${names.application}:${tag}`);
}

/**
 * Lets a role pull such images. The repository goes by its name: a reference to the base stack's would word the image of
 * each version differently.
 */
export function allowPulling(scope: Construct, names: Names, role: IRole): void {
  Repository.fromRepositoryName(scope, 'Repository', names.application).grantPull(role);
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'ecr:GetAuthorizationToken, the login to ECR, accepts no resource.',
  });
}
