import { Match, type Template } from 'aws-cdk-lib/assertions';
import { onlyResource, synthesize } from '../support/synthesis';

const name = 'ModelApp-1-2-0';

let version: Template;

beforeAll(() => {
  version = synthesize().template(name);
});

const only = (type: string) => onlyResource(version, type);

describe('the instances', () => {
  const launch = () => only('AWS::EC2::LaunchTemplate').Properties.LaunchTemplateData;

  test('run the newest ECS-optimised Amazon Linux 2023', () => {
    const parameter = version.toJSON().Parameters[launch().ImageId.Ref];

    expect(parameter).toMatchObject({
      Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
      Default: '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id',
    });
  });

  test('run the image for ARM on a Graviton type', () => {
    const { Parameters } = synthesize({ config: { capacity: { instanceType: 't4g.small' } } })
      .template(name)
      .toJSON();

    expect(Object.values(Parameters)).toContainEqual(
      expect.objectContaining({
        Default: '/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id',
      }),
    );
  });

  test('ask for a token of version 2 that goes no further than the instance', () => {
    expect(launch().MetadataOptions).toEqual({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
  });

  test('have 30 GB of encrypted gp3', () => {
    expect(launch().BlockDeviceMappings).toEqual([
      { DeviceName: '/dev/xvda', Ebs: { Encrypted: true, VolumeSize: 30, VolumeType: 'gp3' } },
    ]);
  });

  test('have a public address, their own group and DbClients', () => {
    expect(launch().NetworkInterfaces).toEqual([
      {
        DeviceIndex: 0,
        AssociatePublicIpAddress: true,
        Groups: [
          { 'Fn::GetAtt': [expect.stringContaining('InstanceSg'), 'GroupId'] },
          { 'Fn::GetStackOutput': expect.objectContaining({ OutputName: expect.stringContaining('DbClients') }) },
        ],
      },
    ]);
  });

  test('make the volume for the user of the container', () => {
    const script = JSON.stringify(launch().UserData);

    expect(script).toContain('mkdir -p /var/lib/modelapp\\nchown 10001:10001 /var/lib/modelapp');
  });

  test('are open to the load balancer on the dynamic ports only', () => {
    expect(only('AWS::EC2::SecurityGroupIngress').Properties).toMatchObject({
      FromPort: 32768,
      ToPort: 65535,
      IpProtocol: 'tcp',
      GroupId: { 'Fn::GetAtt': [expect.stringContaining('InstanceSg'), 'GroupId'] },
      SourceSecurityGroupId: { 'Fn::GetAtt': [expect.stringContaining('EntrySecurityGroup'), 'GroupId'] },
    });
  });

  test('are as many as configured, and a newer image does not replace them', () => {
    const group = only('AWS::AutoScaling::AutoScalingGroup');

    expect(group.Properties).toMatchObject({ MinSize: '1', MaxSize: '4' });
    expect(group.Properties.DesiredCapacity).toBeUndefined();
    expect(group.UpdatePolicy).toBeUndefined();
  });

  test('scale with the tasks, drain before they go, and are not protected', () => {
    expect(only('AWS::ECS::CapacityProvider').Properties.AutoScalingGroupProvider).toMatchObject({
      ManagedScaling: { Status: 'ENABLED' },
      ManagedDraining: 'ENABLED',
      ManagedTerminationProtection: 'DISABLED',
    });
  });
});

describe('the service', () => {
  test('replaces its tasks without a gap, and rolls back by itself', () => {
    const alarms = version.findResources('AWS::CloudWatch::Alarm', {
      Properties: { AlarmName: 'modelapp-1-2-0-errors' },
    });

    expect(only('AWS::ECS::Service').Properties).toMatchObject({
      HealthCheckGracePeriodSeconds: 120,
      DeploymentConfiguration: {
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        Alarms: { Enable: true, Rollback: true, AlarmNames: [{ Ref: Object.keys(alarms)[0] }] },
      },
    });
  });

  test('scales between 1 and 8 tasks on requests per target and CPU', () => {
    expect(only('AWS::ApplicationAutoScaling::ScalableTarget').Properties).toMatchObject({
      MinCapacity: 1,
      MaxCapacity: 8,
    });
    for (const [PredefinedMetricType, TargetValue] of [
      ['ALBRequestCountPerTarget', 60_000],
      ['ECSServiceAverageCPUUtilization', 60],
    ]) {
      version.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
        TargetTrackingScalingPolicyConfiguration: {
          PredefinedMetricSpecification: Match.objectLike({ PredefinedMetricType }),
          TargetValue,
        },
      });
    }
  });
});
