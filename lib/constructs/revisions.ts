import { Stack, Validations } from 'aws-cdk-lib';
import type { ContainerDefinition, Ec2TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Environment, revisionsFolder } from '../../config/environment';
import type { Version } from '../../config/version';

/** Lets a task read and write the revisions of one version, and tells its container where they are. */
export function allowRevisions(
  { taskRole }: Ec2TaskDefinition,
  container: ContainerDefinition,
  version: Version,
  artifacts: { readonly bucketName: string; readonly bucketArn: string },
): void {
  container.addEnvironment(Environment.modelLocation, `s3://${artifacts.bucketName}/${revisionsFolder}`);
  const objects = `${revisionsFolder}/${version}/*`;
  taskRole.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      resources: [`${artifacts.bucketArn}/${objects}`],
    }),
  );
  taskRole.addToPrincipalPolicy(
    new PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [artifacts.bucketArn],
      conditions: { StringLike: { 's3:prefix': objects } },
    }),
  );
  const bucket = JSON.stringify(Stack.of(taskRole).resolve(artifacts.bucketArn));
  Validations.of(taskRole).acknowledge({
    id: `AwsSolutions-IAM5[Resource::${bucket}/${objects}]`,
    reason: 'A task reads and writes the revisions of its own version only; their names are not known before training.',
  });
}
