import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Names } from '../../config/names';
import type { Version } from '../../config/version';
import { handlerArn } from '../handler-function';

export interface VersionTablesProps {
  readonly names: Names;
  readonly version: Version;
  /**
   * Archives the tables to S3 before they are dropped.
   * @default true
   */
  readonly archive?: boolean;
}

/** The tables and the database role of a version. */
export class VersionTables extends Construct {
  constructor(scope: Construct, id: string, { names, version, archive = true }: VersionTablesProps) {
    super(scope, id);
    new CustomResource(this, 'Resource', {
      resourceType: 'Custom::ModelAppTables',
      serviceToken: handlerArn(this, names, 'tables'),
      serviceTimeout: Duration.minutes(16),
      properties: { Contract: 1, Version: version, Archive: archive },
    });
  }
}
