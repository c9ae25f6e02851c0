import { Validations } from 'aws-cdk-lib';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  type InstanceType,
  type ISecurityGroup,
  LaunchTemplate,
  type UserData,
} from 'aws-cdk-lib/aws-ec2';
import { type AmiHardwareType, EcsOptimizedImage } from 'aws-cdk-lib/aws-ecs';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

export interface MachineTemplateProps {
  readonly hardware: AmiHardwareType;
  /** @default whoever starts the machine says which type it is */
  readonly instanceType?: InstanceType;
  readonly role: IRole;
  readonly userData: UserData;
  readonly securityGroup: ISecurityGroup;
}

/**
 * How a machine of an ECS cluster is started. It has a public address, as there is no NAT, and metadata that its containers
 * do not reach.
 */
export class MachineTemplate extends LaunchTemplate {
  constructor(scope: Construct, id: string, { hardware, ...props }: MachineTemplateProps) {
    super(scope, id, {
      ...props,
      machineImage: EcsOptimizedImage.amazonLinux2023(hardware),
      associatePublicIpAddress: true,
      requireImdsv2: true,
      httpPutResponseHopLimit: 1,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(30, { encrypted: true, volumeType: EbsDeviceVolumeType.GP3 }),
        },
      ],
    });
  }
}

/** Accepts the wildcards in what the ECS agent of a machine may do. */
export function acknowledgeAgentPolicy(role: IRole): void {
  Validations.of(role).acknowledge(
    {
      id: 'AwsSolutions-IAM5[Action::ecs:Submit*]',
      reason: 'The ECS agent reports states of tasks, containers and attachments; the resource is this cluster only.',
    },
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'The ECS agent finds its endpoint and logs in to ECR by actions that accept no resource; polling is bound to this cluster by a condition.',
    },
  );
}
