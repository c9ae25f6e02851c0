import { ArnFormat, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IHostedZone } from 'aws-cdk-lib/aws-route53';
import type { Construct } from 'constructs';
import type { Names } from '../../config/names';
import type { HandlerFunction } from '../handler-function';
import { acceptWildcard } from './accepted-wildcard';
import type { TrainingCluster } from './training-cluster';

/** Of the state machine by its name, as what it calls cannot refer to it. */
export const machineArn = (scope: Construct, names: Names): string =>
  Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: names.trainingMachine,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** Lets a function see the jobs that run, their tasks and their machines, and end tasks and machines. */
export function allowEnding(handler: HandlerFunction, names: Names, { cluster, fleetId }: TrainingCluster): void {
  const fleet = Stack.of(handler).formatArn({ service: 'ec2', resource: 'fleet', resourceName: fleetId });
  allow(handler, ['states:ListExecutions'], machineArn(handler, names));
  allow(handler, ['ec2:ModifyFleet'], fleet);
  allow(handler, ['ec2:DescribeFleets', 'ec2:DescribeFleetInstances'], '*');
  handler.addToRolePolicy(
    new PolicyStatement({
      actions: ['ecs:ListTasks', 'ecs:DescribeTasks', 'ecs:StopTask'],
      resources: ['*'],
      conditions: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } },
    }),
  );
  Validations.of(handler.role!).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason:
      'Looking at fleets and task definitions accepts no narrower resource; tasks, whose names are not known before, are those of this cluster by a condition.',
  });
}

/** Lets a function stop the jobs that run. */
export function allowStoppingJobs(handler: HandlerFunction, names: Names): void {
  const executions = Stack.of(handler).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${names.trainingMachine}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  allow(handler, ['states:StopExecution'], executions);
  acceptWildcard(handler.role!, executions, 'Executions of this machine, whose names are not known before they start.');
}

/** Lets a function change the host names of tasks. */
export const allowHostNames = (handler: HandlerFunction, zone: IHostedZone): void =>
  allow(handler, ['route53:ListResourceRecordSets', 'route53:ChangeResourceRecordSets'], zone.hostedZoneArn);

/** Lets a function call actions on resources. */
export const allow = (handler: HandlerFunction, actions: string[], ...resources: string[]): void =>
  handler.addToRolePolicy(new PolicyStatement({ actions, resources }));
