import { Duration } from 'aws-cdk-lib';
import type { Repository } from 'aws-cdk-lib/aws-ecr';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { type HandlerEnvironment, HandlerFunction } from '../handler-function';

export interface ReleaseFunctionProps extends HandlerEnvironment {
  readonly repository: Repository;
}

/** Guards released versions against other code, and removes their image tags. */
export class ReleaseFunction extends HandlerFunction {
  constructor(scope: Construct, id: string, { repository, ...environment }: ReleaseFunctionProps) {
    super(scope, id, {
      ...environment,
      name: 'release',
      description: 'Refuses other code under a released version; removes image tags',
      timeout: Duration.minutes(2),
    });
    this.addToRolePolicy(
      new PolicyStatement({
        actions: ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchDeleteImage'],
        resources: [repository.repositoryArn],
      }),
    );
  }
}
