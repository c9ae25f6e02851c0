import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Names } from '../../config/names';
import { handlerArn } from '../handler-function';

/** What the release handler watches over; which properties it takes depends on the kind of release. */
export abstract class ReleaseResource extends Construct {
  constructor(scope: Construct, id: string, names: Names, properties: Readonly<Record<string, string>>) {
    super(scope, id);
    new CustomResource(this, 'Resource', {
      resourceType: 'Custom::ModelAppRelease',
      serviceToken: handlerArn(this, names, 'release'),
      serviceTimeout: Duration.minutes(3),
      properties: { Contract: 1, Repository: names.application, ...properties },
    });
  }
}
