import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Names } from '../../config/names';
import { handlerArn } from '../handler-function';

export interface RollingReleaseProps {
  readonly names: Names;
  /** Of the image, another one for each code. */
  readonly tag: string;
  /** Of the image's sources. */
  readonly sourceHash: string;
}

/**
 * The image of a stack that takes new code with each deployment. After an update it removes the tag of the code before,
 * and deleted last, that of the last.
 */
export class RollingRelease extends Construct {
  constructor(scope: Construct, id: string, { names, tag, sourceHash }: RollingReleaseProps) {
    super(scope, id);
    new CustomResource(this, 'Resource', {
      resourceType: 'Custom::ModelAppRelease',
      serviceToken: handlerArn(this, names, 'release'),
      serviceTimeout: Duration.minutes(3),
      properties: { Contract: 1, Kind: 'rolling', Repository: names.application, Tag: tag, SourceHash: sourceHash },
    });
  }
}
