import { CfnOutput, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Names } from '../config/names';
import type { Config } from '../config/schema';
import { DatabaseSetup } from '../lambda/database/database-setup';
import { ReleaseFunction } from '../lambda/release/release-function';
import { TablesFunction } from '../lambda/tables/tables-function';
import { Buckets } from './constructs/base/buckets';
import { Database } from './constructs/base/database';
import { ImageRepository } from './constructs/base/image-repository';
import { Network } from './constructs/base/network';
import { Notices } from './constructs/base/notices';

/** The bucket of revisions and archives, as other stacks know it. */
export interface ArtifactsReference {
  readonly bucketName: string;
  readonly bucketArn: string;
}

export interface BaseStackProps extends StackProps {
  readonly names: Names;
  readonly config: Config;
  /** The folder with a bundle `<name>/index.js` for each function. */
  readonly bundles: string;
}

/** What all versions share: network, database, image repository, buckets, notices, and the functions that versions call. */
export class BaseStack extends Stack {
  readonly network: Network;
  readonly database: Database;
  readonly buckets: Buckets;
  readonly notices: Notices;
  readonly artifacts: ArtifactsReference;

  constructor(scope: Construct, id: string, { names, config, bundles, ...props }: BaseStackProps) {
    super(scope, id, { ...props, terminationProtection: true });
    const { aws } = config;
    this.network = new Network(this, 'Network', { flowLogs: aws.flowLogs });
    this.notices = new Notices(this, 'Notices');
    this.buckets = new Buckets(this, 'Buckets');
    this.database = new Database(this, 'Database', {
      network: this.network,
      settings: aws,
      alarmAction: this.notices.alarmAction,
    });
    this.artifacts = this.publishArtifacts();
    const repository = new ImageRepository(this, 'Repository', names.application);

    const environment = { names, bundles };
    const database = {
      database: this.database.instance,
      databaseUrl: this.database.url,
      network: { vpc: this.network.vpc, securityGroup: this.network.databaseClients },
    };
    new DatabaseSetup(this, 'DatabaseSetup', { ...environment, ...database, masterSecret: this.database.masterSecret });
    new TablesFunction(this, 'TablesFunction', { ...environment, ...database, artifacts: this.buckets.artifacts });
    new ReleaseFunction(this, 'ReleaseFunction', { ...environment, repository });
  }

  /** By outputs of our own: a finding can only be acknowledged if the names in it are known before synthesis. */
  private publishArtifacts(): ArtifactsReference {
    const { bucketName, bucketArn } = this.buckets.artifacts;
    new CfnOutput(this, 'ArtifactsName', { value: bucketName });
    new CfnOutput(this, 'ArtifactsArn', { value: bucketArn });
    return {
      bucketName: Fn.getStackOutput(this.stackName, 'ArtifactsName'),
      bucketArn: Fn.getStackOutput(this.stackName, 'ArtifactsArn'),
    };
  }

  /** The first two zones, whichever they are: looking their names up would need credentials at synth. */
  override get availabilityZones(): string[] {
    return [0, 1].map((zone) => Fn.select(zone, Fn.getAzs()));
  }
}
