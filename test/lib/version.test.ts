import { Match, type Template } from 'aws-cdk-lib/assertions';
import { type CfnTemplateResource, environment, type Synthesis, synthesize } from './support/synthesis';

const name = 'ModelApp-1-2-0';

let synthesis: Synthesis;
let version: Template;

beforeAll(() => {
  synthesis = synthesize();
  version = synthesis.template(name);
});

/** The one resource of a type. */
const only = (type: string): CfnTemplateResource & { readonly id: string } => {
  const found = Object.entries(version.findResources(type));
  expect(found).toHaveLength(1);
  const [id, resource] = found[0]!;
  return { ...(resource as CfnTemplateResource), id };
};

const container = () => only('AWS::ECS::TaskDefinition').Properties.ContainerDefinitions[0];

test('the stack has less than 45 resources, none of them a function', () => {
  const { Resources } = version.toJSON();

  expect(Object.keys(Resources).length).toBeLessThan(45);
  version.resourceCountIs('AWS::Lambda::Function', 0);
});

test('the stack is not protected from termination, as one command has to revert it', () => {
  expect(synthesis.stacks[name]?.terminationProtection).toBeFalsy();
});

test('nothing in the stack outlives it', () => {
  const { Resources } = version.toJSON() as { Resources: Record<string, { DeletionPolicy?: string }> };
  const policies = new Set(Object.values(Resources).map(({ DeletionPolicy }) => DeletionPolicy));

  expect(policies).toEqual(new Set([undefined, 'Delete']));
});

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

describe('the load balancer', () => {
  test('logs below a prefix of the version', () => {
    const attributes = only('AWS::ElasticLoadBalancingV2::LoadBalancer').Properties.LoadBalancerAttributes;

    expect(attributes).toEqual(
      expect.arrayContaining([
        { Key: 'access_logs.s3.enabled', Value: 'true' },
        { Key: 'access_logs.s3.prefix', Value: 'alb/1-2-0' },
      ]),
    );
  });

  test('checks /alive and lets go of a task within 30 s', () => {
    expect(only('AWS::ElasticLoadBalancingV2::TargetGroup').Properties).toMatchObject({
      HealthCheckPath: '/alive',
      Protocol: 'HTTP',
      TargetType: 'instance',
      TargetGroupAttributes: expect.arrayContaining([{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }]),
    });
  });

  test('speaks HTTP without a certificate, and synthesis warns of it', () => {
    expect(only('AWS::ElasticLoadBalancingV2::Listener').Properties).toMatchObject({ Port: 80, Protocol: 'HTTP' });
    expect(synthesis.warnings(name)).toEqual([expect.stringContaining('set aws.certificateArn to serve HTTPS')]);
  });

  test('speaks HTTPS with a certificate, redirects from 80 and does not warn', () => {
    const certificateArn = 'arn:aws:acm:eu-central-1:111111111111:certificate/1';

    const secure = synthesize({ config: { aws: { certificateArn } } });

    secure.template(name).hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Protocol: 'HTTPS',
      Certificates: [{ CertificateArn: certificateArn }],
      DefaultActions: [Match.objectLike({ Type: 'forward' })],
    });
    secure.template(name).hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80,
      DefaultActions: [
        { Type: 'redirect', RedirectConfig: { Protocol: 'HTTPS', Port: '443', StatusCode: 'HTTP_301' } },
      ],
    });
    expect(secure.template(name).findOutputs('Endpoint').Endpoint?.Value['Fn::Join'][1][0]).toBe('https://');
    expect(secure.warnings(name)).toEqual([]);
  });

  test('gives its address as Endpoint and URL', () => {
    const { Endpoint, URL } = version.findOutputs('*');

    expect(Endpoint?.Value).toEqual({
      'Fn::Join': ['', ['http://', { 'Fn::GetAtt': [expect.stringContaining('LoadBalancer'), 'DNSName'] }]],
    });
    expect(URL).toEqual(Endpoint);
  });
});

describe('the task', () => {
  test('is a bridged container of 512 MiB on a dynamic port', () => {
    expect(only('AWS::ECS::TaskDefinition').Properties.NetworkMode).toBe('bridge');
    expect(container()).toMatchObject({
      Command: ['serve'],
      Memory: 512,
      PortMappings: [{ ContainerPort: 8080, HostPort: 0, Protocol: 'tcp' }],
    });
  });

  test('writes nowhere but to the volume of its host', () => {
    expect(container().ReadonlyRootFilesystem).toBe(true);
    expect(container().MountPoints).toEqual([
      { SourceVolume: 'data', ContainerPath: '/var/lib/modelapp', ReadOnly: false },
    ]);
    expect(only('AWS::ECS::TaskDefinition').Properties.Volumes).toEqual([
      { Name: 'data', Host: { SourcePath: '/var/lib/modelapp' } },
    ]);
  });

  test('is asked for its health, and has 120 s to ship its spool', () => {
    expect(container().HealthCheck.Command).toEqual(['CMD', 'node', 'health.js']);
    expect(container().StopTimeout).toBe(120);
  });

  test('logs for 30 days to a group that goes with the version', () => {
    const group = only('AWS::Logs::LogGroup');

    expect(group).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: { LogGroupName: '/modelapp/1-2-0/service', RetentionInDays: 30 },
    });
    expect(container().LogConfiguration.Options['awslogs-group']).toEqual({ Ref: group.id });
  });

  test('logs in to the database as its own role, by token', () => {
    const variables = Object.fromEntries(
      container().Environment.map(({ Name, Value }: { Name: string; Value: unknown }) => [Name, Value]),
    );

    expect(variables.MODELAPP_DATABASE_AUTH).toBe('iam');
    expect(variables.MODELAPP_DATABASE_URL['Fn::Join'][1][0]).toBe('postgres://modelapp_1_2_0@');
    version.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'rds-db:connect',
            Resource: { 'Fn::Join': ['', Match.arrayWith(['/modelapp_1_2_0'])] },
          }),
        ]),
      },
    });
  });

  test('reads and writes the revisions of its own version only', () => {
    version.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
            Resource: { 'Fn::Join': ['', [Match.anyValue(), '/models/1.2.0/*']] },
          }),
        ]),
      },
    });
  });

  test('takes configured secrets through ECS', () => {
    const TOKEN = 'arn:aws:secretsmanager:eu-central-1:111111111111:secret:token-AbCdEf';

    const template = synthesize({ config: { aws: { secrets: { TOKEN } } } }).template(name);

    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({ Secrets: Match.arrayWith([{ Name: 'TOKEN', ValueFrom: TOKEN }]) })],
    });
  });

  test('gets generated API keys where credentials are asked for and none is configured', () => {
    const keys = container().Secrets.find(({ Name }: { Name: string }) => Name === 'MODELAPP_API_KEYS');

    expect(version.findResources('AWS::SecretsManager::Secret')[keys.ValueFrom.Ref]?.Properties).toMatchObject({
      GenerateSecretString: { GenerateStringKey: 'admin', PasswordLength: 40 },
    });
    expect(version.findOutputs('ApiKeysSecret').ApiKeysSecret?.Value).toEqual({ Ref: keys.ValueFrom.Ref });
  });

  test.each([
    ['keys are configured', { apiKeys: [{ name: 'ci', sha256: 'a'.repeat(64), scopes: ['predict' as const] }] }],
    ['everything is public', { predict: 'public' as const, admin: 'public' as const }],
  ])('gets none where %s', (_, auth) => {
    const template = synthesize({ config: { auth } }).template(name);

    template.resourceCountIs('AWS::SecretsManager::Secret', 0);
    expect(template.findOutputs('ApiKeysSecret')).toEqual({});
    template.hasResourceProperties('AWS::ECS::TaskDefinition', {
      ContainerDefinitions: [Match.objectLike({ Secrets: Match.absent() })],
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

describe('the alarms', () => {
  const alarm = (what: string) =>
    Object.values(
      version.findResources('AWS::CloudWatch::Alarm', { Properties: { AlarmName: `modelapp-1-2-0-${what}` } }),
    )[0]?.Properties;

  test.each([
    ['errors', 0.05, 'GreaterThanThreshold'],
    ['latency', 0.5, 'GreaterThanThreshold'],
    ['unhealthy', 1, 'GreaterThanOrEqualToThreshold'],
  ])('%s fires at 3 of 5 minutes and speaks on Notices', (what, Threshold, ComparisonOperator) => {
    expect(alarm(what)).toMatchObject({
      Threshold,
      ComparisonOperator,
      EvaluationPeriods: 5,
      DatapointsToAlarm: 3,
      TreatMissingData: 'notBreaching',
      AlarmActions: [
        { 'Fn::GetStackOutput': expect.objectContaining({ OutputName: expect.stringContaining('Notices') }) },
      ],
    });
  });

  test('errors measures the share of 5xx, of the tasks and of the load balancer', () => {
    const metrics = alarm('errors').Metrics;

    expect(metrics[0].Expression).toBe(
      'IF(FILL(requests, 0) > 0, (FILL(tasks, 0) + FILL(balancer, 0)) / (FILL(requests, 0)), 0)',
    );
    expect(
      metrics
        .slice(1)
        .map(({ MetricStat }: { MetricStat: { Metric: { MetricName: string } } }) => MetricStat.Metric.MetricName),
    ).toEqual(['RequestCount', 'HTTPCode_Target_5XX_Count', 'HTTPCode_ELB_5XX_Count']);
  });

  test('latency measures the 99th percentile', () => {
    expect(alarm('latency')).toMatchObject({ MetricName: 'TargetResponseTime', ExtendedStatistic: 'p99', Period: 60 });
  });

  test('the dashboard is named after the version', () => {
    expect(only('AWS::CloudWatch::Dashboard').Properties.DashboardName).toBe('modelapp-1-2-0');
  });
});

describe('deletion', () => {
  /** All that has to be there before a resource, directly or not. */
  const prerequisites = (id: string): ReadonlySet<string> => {
    const { Resources } = version.toJSON() as { Resources: Record<string, object> };
    const found = new Set<string>();
    const visit = (resource: string) => {
      for (const other of Object.keys(Resources)) {
        const text = JSON.stringify(Resources[resource]);
        const needed =
          text.includes(`{"Ref":"${other}"}`) || text.includes(`["${other}",`) || dependsOn(Resources[resource], other);
        if (other !== resource && needed && !found.has(other)) {
          found.add(other);
          visit(other);
        }
      }
    };
    visit(id);
    return found;
  };
  const dependsOn = (resource: { DependsOn?: string[] } | undefined, other: string) =>
    resource?.DependsOn?.includes(other) ?? false;

  test.each([
    'Custom::ModelAppTables',
    'Custom::ModelAppRelease',
    'AWS::ECS::ClusterCapacityProviderAssociations',
    'AWS::ElasticLoadBalancingV2::Listener',
    'AWS::ECS::TaskDefinition',
    'AWS::Logs::LogGroup',
  ])('removes the service before %s', (type) => {
    expect(prerequisites(only('AWS::ECS::Service').id)).toContain(only(type).id);
  });

  test('removes the tables before the tag of the image', () => {
    expect(prerequisites(only('Custom::ModelAppTables').id)).toContain(only('Custom::ModelAppRelease').id);
  });
});

describe('the custom resources', () => {
  test('call the functions of the base stack by their names', () => {
    const { template } = synthesize({ config: { aws: environment } });

    template(name).hasResourceProperties('Custom::ModelAppTables', {
      ServiceToken: 'arn:aws:lambda:eu-central-1:111111111111:function:modelapp-tables',
      Contract: 1,
      Version: '1.2.0',
    });
    template(name).hasResourceProperties('Custom::ModelAppRelease', {
      ServiceToken: 'arn:aws:lambda:eu-central-1:111111111111:function:modelapp-release',
      Contract: 1,
      Version: '1.2.0',
      Repository: 'modelapp',
    });
  });

  test.each([true, false])('pass on whether to archive: %s', (archive) => {
    const { template } = synthesize({ archive });

    template(name).hasResourceProperties('Custom::ModelAppTables', { Archive: archive });
  });
});
