import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { InstanceType, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  Credentials,
  DatabaseInstance,
  DatabaseInstanceEngine,
  PostgresEngineVersion,
  StorageType,
} from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { Database as DatabaseNames } from '../../../config/database';
import { Environment } from '../../../config/environment';
import type { Config } from '../../../config/schema';
import type { Network } from './network';

export interface DatabaseProps {
  readonly network: Network;
  /** Instance class, standby and protection. */
  readonly settings: Pick<Config['aws'], 'databaseInstanceType' | 'multiAz' | 'deletionProtection'>;
  readonly alarmAction: IAlarmAction;
}

const storageGiB = 20;
const gibibyte = 1024 ** 3;

/** The PostgreSQL of all versions. Only members of the network's `DbClients` reach it; roles log in by IAM token. */
export class Database extends Construct {
  readonly instance: DatabaseInstance;
  /** The master user's password, which RDS rotates. */
  readonly masterSecret: ISecret;
  /** `postgres://<endpoint>:5432/modelapp`: without a user, whom each client adds. */
  readonly url: string;

  constructor(scope: Construct, id: string, { network, settings, alarmAction }: DatabaseProps) {
    super(scope, id);
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: network.vpc,
      description: 'The database: open to DbClients only',
      allowAllOutbound: false,
    });
    securityGroup.addIngressRule(network.databaseClients, Port.tcp(DatabaseNames.port), 'DbClients');
    this.instance = new DatabaseInstance(this, 'Instance', {
      engine: DatabaseInstanceEngine.postgres({ version: PostgresEngineVersion.VER_17 }),
      instanceType: new InstanceType(settings.databaseInstanceType),
      vpc: network.vpc,
      vpcSubnets: { subnets: network.vpc.isolatedSubnets },
      securityGroups: [securityGroup],
      databaseName: DatabaseNames.name,
      credentials: Credentials.fromUsername(DatabaseNames.master),
      manageMasterUserPassword: true,
      iamAuthentication: true,
      allocatedStorage: storageGiB,
      storageType: StorageType.GP3,
      storageEncrypted: true,
      backupRetention: Duration.days(7),
      copyTagsToSnapshot: true,
      multiAz: settings.multiAz,
      deletionProtection: settings.deletionProtection,
      removalPolicy: RemovalPolicy.SNAPSHOT,
    });
    this.masterSecret = this.instance.secret!;
    const { hostname, port } = this.instance.instanceEndpoint;
    this.url = `postgres://${hostname}:${port}/${DatabaseNames.name}`;
    this.acknowledgeFindings(settings);
    this.addAlarms(alarmAction);
  }

  /** How a container logs in as a role, by IAM token. */
  environmentOf(role: string): Record<string, string> {
    return { [Environment.databaseUrl]: this.url.replace('//', `//${role}@`), [Environment.databaseAuth]: 'iam' };
  }

  private acknowledgeFindings({ multiAz, deletionProtection }: DatabaseProps['settings']): void {
    const validations = Validations.of(this.instance);
    validations.acknowledge({
      id: 'AwsSolutions-RDS11',
      reason: 'Another port than 5432 hides nothing from those who can reach it, and only members of DbClients can.',
    });
    if (!multiAz) {
      validations.acknowledge({
        id: 'AwsSolutions-RDS3',
        reason:
          'A standby doubles the price. Predictions go on without the database; whoever wants one sets aws.multiAz.',
      });
    }
    if (!deletionProtection) {
      validations.acknowledge({
        id: 'AwsSolutions-RDS10',
        reason:
          'Turned off by aws.deletionProtection, the step before Base is removed; until then its stack stays protected, and a deletion leaves a snapshot.',
      });
    }
  }

  private addAlarms(action: IAlarmAction): void {
    const period = Duration.minutes(5);
    const storage = new Alarm(this, 'StorageAlarm', {
      alarmDescription: 'Less than a tenth of the storage of the database is free: enlarge it or archive versions.',
      metric: this.instance.metricFreeStorageSpace({ period, statistic: 'Minimum' }),
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      threshold: (storageGiB * gibibyte) / 10,
      evaluationPeriods: 1,
    });
    const cpu = new Alarm(this, 'CpuAlarm', {
      alarmDescription: 'The database has been busy for a quarter of an hour: take a larger aws.databaseInstanceType.',
      metric: this.instance.metricCPUUtilization({ period }),
      threshold: 80,
      evaluationPeriods: 3,
    });
    for (const alarm of [storage, cpu]) alarm.addAlarmAction(action);
  }
}
