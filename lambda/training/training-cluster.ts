import type { ISecurityGroup, ISubnet } from 'aws-cdk-lib/aws-ec2';
import type { Ec2TaskDefinition, ICluster } from 'aws-cdk-lib/aws-ecs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { TaskRole } from '../../config/training/training-task';

/** What training jobs run on. */
export interface TrainingCluster {
  readonly cluster: ICluster;
  /** The EC2 fleet of its machines. */
  readonly fleetId: string;
  readonly taskDefinitions: Readonly<Record<TaskRole, Ec2TaskDefinition>>;
  readonly securityGroups: Readonly<Record<TaskRole, ISecurityGroup>>;
  /** The one task of a model's job, and what it may reach. */
  readonly trainer: { readonly definition: Ec2TaskDefinition; readonly securityGroups: readonly ISecurityGroup[] };
  readonly subnets: readonly ISubnet[];
  /** The bucket of configurations, outputs and models. */
  readonly artifacts: { readonly bucketName: string; readonly bucketArn: string };
  readonly notices: ITopic;
  /** How long machines and tasks may take to come: at most 15 minutes. */
  readonly capacityWaitMinutes: number;
  /** How long a job may take: at most 20 hours. */
  readonly maxJobHours: number;
}
