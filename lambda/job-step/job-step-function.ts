import { Duration, Stack } from 'aws-cdk-lib';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Ec2TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import type { TaskRole } from '../../config/training/training-task';
import { type HandlerEnvironment, HandlerFunction } from '../handler-function';
import { acceptWildcard } from '../training/accepted-wildcard';
import { allow, allowEnding, allowHostNames, machineArn } from '../training/rights';
import type { TrainingCluster } from '../training/training-cluster';
import { type RoleSettings, type Settings, settingsVariable } from './settings';

export interface JobStepFunctionProps extends HandlerEnvironment {
  readonly training: TrainingCluster;
  /** Of the host names of tasks. */
  readonly zone: IHostedZone;
}

/** Does the work of each state of a training job. */
export class JobStepFunction extends HandlerFunction {
  constructor(scope: Construct, id: string, { training, zone, ...environment }: JobStepFunctionProps) {
    super(scope, id, {
      ...environment,
      name: 'job-step',
      description: 'Does the work of each state of a training job',
      timeout: Duration.minutes(15),
      environment: { ARTIFACTS_BUCKET: training.artifacts.bucketName },
    });
    const settings = settingsOf(training, machineArn(this, environment.names), zone);
    this.addEnvironment(settingsVariable, Stack.of(this).toJsonString(settings));
    allowEnding(this, environment.names, training);
    allowHostNames(this, zone);
    this.allowTasks(training);
    this.allowOutput(training);
  }

  private allowTasks({ cluster, taskDefinitions, trainer }: TrainingCluster): void {
    const definitions = [...Object.values(taskDefinitions), trainer.definition];
    const revisions = definitions.flatMap(({ family }) => [`${family}:*`, `${family}-*:*`]);
    const resources = revisions.map((resourceName) =>
      Stack.of(this).formatArn({ service: 'ecs', resource: 'task-definition', resourceName }),
    );
    this.addToRolePolicy(
      new PolicyStatement({
        actions: ['ecs:RunTask'],
        resources,
        conditions: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } },
      }),
    );
    for (const resource of resources) {
      acceptWildcard(this.role!, resource, 'Revisions of the own task definitions, and those of jobs with own images.');
    }
    allow(this, ['ecs:ListContainerInstances'], cluster.clusterArn);
    const images = ['ecs:ListTaskDefinitions', 'ecs:DescribeTaskDefinition'];
    allow(this, [...images, 'ecs:RegisterTaskDefinition', 'ecs:DeregisterTaskDefinition'], '*');
    const roles = definitions.flatMap((definition) => [definition.taskRole, definition.obtainExecutionRole()]);
    this.addToRolePolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: roles.map(({ roleArn }) => roleArn),
        conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      }),
    );
  }

  private allowOutput({ artifacts: { bucketArn } }: TrainingCluster): void {
    allow(this, ['s3:GetObject'], `${bucketArn}/jobs/*`);
    allow(this, ['s3:PutObject'], `${bucketArn}/models/jobs/*`);
    // Without it S3 answers 403 instead of 404, and an output that is not there could not be told from one out of reach.
    allow(this, ['s3:ListBucket'], bucketArn);
    for (const objects of ['jobs/*', 'models/jobs/*']) {
      acceptWildcard(this.role!, `${bucketArn}/${objects}`, 'Each job has a folder, whose name is not known before.');
    }
  }
}

function settingsOf(training: TrainingCluster, machine: string, zone: IHostedZone): Settings {
  const start = (definition: Ec2TaskDefinition, groups: readonly ISecurityGroup[]): RoleSettings => {
    const { family, defaultContainer } = definition;
    if (!defaultContainer) throw new Error(`the task definition ${family} has no container`);
    return {
      family,
      container: defaultContainer.containerName,
      securityGroups: groups.map(({ securityGroupId }) => securityGroupId),
    };
  };
  const role = (name: TaskRole) => start(training.taskDefinitions[name], [training.securityGroups[name]]);
  return {
    machine,
    cluster: training.cluster.clusterName,
    fleet: training.fleetId,
    bucket: training.artifacts.bucketName,
    subnets: training.subnets.map(({ subnetId }) => subnetId),
    roles: { scheduler: role('scheduler'), server: role('server'), worker: role('worker') },
    trainer: start(training.trainer.definition, training.trainer.securityGroups),
    zone: { id: zone.hostedZoneId, name: zone.zoneName },
    capacityWaitMinutes: training.capacityWaitMinutes,
    maxJobHours: training.maxJobHours,
  };
}
