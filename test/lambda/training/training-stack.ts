import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { CfnEC2Fleet, SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, Ec2TaskDefinition, LogDriver, NetworkMode } from 'aws-cdk-lib/aws-ecs';
import { Topic } from 'aws-cdk-lib/aws-sns';
import cdkJson from '../../../cdk.json';
import { Names } from '../../../config/names';
import type { TaskKind, TaskRole } from '../../../config/training/training-task';
import type { HandlerEnvironment } from '../../../lambda/handler-function';
import type { TrainingCluster } from '../../../lambda/training/training-cluster';
import { refuseFindings } from '../../../lib/findings';
import { runFolder } from '../../support/test-run';

/** A stack with what training runs on, and bundles that hold nothing. Findings of cdk-nag fail its synthesis. */
export function trainingStack(options: Partial<TrainingCluster> = {}): {
  readonly app: App;
  readonly stack: Stack;
  readonly environment: HandlerEnvironment;
  readonly training: TrainingCluster;
} {
  const app = new App({ context: cdkJson.context, builtinCloudFormationValidation: false });
  refuseFindings(app);
  const stack = new Stack(app, 'Training', { env: { account: '111111111111', region: 'eu-central-1' } });
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['a'],
    publicSubnetIds: ['subnet-1'],
    publicSubnetRouteTableIds: ['rtb-1'],
  });
  const fleet = new CfnEC2Fleet(stack, 'Fleet', {
    launchTemplateConfigs: [],
    targetCapacitySpecification: { totalTargetCapacity: 0 },
  });
  const definition = (role: TaskKind) => {
    const task = new Ec2TaskDefinition(stack, `${role}Task`, {
      family: `training-${role}`,
      networkMode: NetworkMode.AWS_VPC,
    });
    task.addContainer(role, {
      image: ContainerImage.fromRegistry(role),
      memoryLimitMiB: 64,
      logging: LogDriver.awsLogs({ streamPrefix: role }),
    });
    Validations.of(task).acknowledge({ id: 'AwsSolutions-ECS2', reason: 'They name places only.' });
    return task;
  };
  const securityGroup = (role: TaskRole) => SecurityGroup.fromSecurityGroupId(stack, `${role}Group`, `sg-${role}`);
  const training: TrainingCluster = {
    cluster: Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'training', vpc }),
    fleetId: fleet.attrFleetId,
    taskDefinitions: { scheduler: definition('scheduler'), server: definition('server'), worker: definition('worker') },
    securityGroups: {
      scheduler: securityGroup('scheduler'),
      server: securityGroup('server'),
      worker: securityGroup('worker'),
    },
    trainer: {
      definition: definition('trainer'),
      securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'trainerGroup', 'sg-trainer')],
    },
    subnets: vpc.publicSubnets,
    artifacts: { bucketName: 'artifacts', bucketArn: 'arn:aws:s3:::artifacts' },
    notices: Topic.fromTopicArn(stack, 'Notices', 'arn:aws:sns:eu-central-1:111111111111:notices'),
    capacityWaitMinutes: 10,
    maxJobHours: 6,
    ...options,
  };
  return { app, stack, environment: { names: new Names(''), bundles: emptyBundles() }, training };
}

function emptyBundles(): string {
  const folder = mkdtempSync(join(runFolder(), 'bundles-'));
  for (const name of ['job-step', 'budget-guard', 'empty-fleet']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'index.js'), '');
  }
  return folder;
}
