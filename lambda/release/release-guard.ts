import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Names } from '../../config/names';
import type { Version } from '../../config/version';
import { handlerArn } from '../handler-function';
import type { SourceHash } from './source-hash';

export interface ReleaseGuardProps {
  readonly names: Names;
  readonly version: Version;
  readonly source: SourceHash;
}

/** Refuses to deploy other code under a released version. Deleted last, it removes the version's image tag. */
export class ReleaseGuard extends Construct {
  constructor(scope: Construct, id: string, { names, version, source }: ReleaseGuardProps) {
    super(scope, id);
    new CustomResource(this, 'Resource', {
      resourceType: 'Custom::ModelAppRelease',
      serviceToken: handlerArn(this, names, 'release'),
      serviceTimeout: Duration.minutes(3),
      properties: { Contract: 1, Repository: names.application, Version: version, SourceHash: source },
    });
  }
}
