import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { type CfnTemplateResource, environment, type SynthesisOptions, synthesize } from './support/synthesis';

const name = 'ModelApp-Events';

const eventsWith = (options: SynthesisOptions = {}): Template =>
  synthesize({ ...options, events: true }).template(name);

let events: Template;

beforeAll(() => {
  events = eventsWith();
});

/** The one resource of a type. */
const only = (type: string, template = events): CfnTemplateResource & { readonly id: string } => {
  const found = Object.entries(template.findResources(type));
  expect(found).toHaveLength(1);
  const [id, resource] = found[0]!;
  return { ...(resource as CfnTemplateResource), id };
};

const container = () => only('AWS::ECS::TaskDefinition').Properties.ContainerDefinitions[0];

/** How many resources of each type there are. */
function counts(template: Template): Record<string, number> {
  const resources: CfnTemplateResource[] = Object.values(template.toJSON().Resources);
  const types = resources.map(({ Type }) => Type).sort();
  return Object.fromEntries([...new Set(types)].map((type) => [type, types.filter((each) => each === type).length]));
}

test('the stack is there only where it is asked for', () => {
  expect(Object.keys(synthesize().stacks)).not.toContain(name);
  expect(Object.keys(synthesize({ events: true }).stacks)).toContain(name);
});

test('the stack holds what a version holds, but for tables and keys, and no function', () => {
  expect(counts(events)).toEqual({
    'AWS::ApplicationAutoScaling::ScalableTarget': 1,
    'AWS::ApplicationAutoScaling::ScalingPolicy': 2,
    'AWS::AutoScaling::AutoScalingGroup': 1,
    'AWS::CloudWatch::Alarm': 3,
    'AWS::CloudWatch::Dashboard': 1,
    'AWS::EC2::LaunchTemplate': 1,
    'AWS::EC2::SecurityGroup': 2,
    'AWS::EC2::SecurityGroupEgress': 1,
    'AWS::EC2::SecurityGroupIngress': 1,
    'AWS::ECS::CapacityProvider': 1,
    'AWS::ECS::Cluster': 1,
    'AWS::ECS::ClusterCapacityProviderAssociations': 1,
    'AWS::ECS::Service': 1,
    'AWS::ECS::TaskDefinition': 1,
    'AWS::ElasticLoadBalancingV2::Listener': 1,
    'AWS::ElasticLoadBalancingV2::LoadBalancer': 1,
    'AWS::ElasticLoadBalancingV2::TargetGroup': 1,
    'AWS::IAM::InstanceProfile': 1,
    'AWS::IAM::Policy': 3,
    'AWS::IAM::Role': 3,
    'AWS::Logs::LogGroup': 1,
    'Custom::ModelAppRelease': 1,
  });
});

test('the stack comes after the base, and waits for no version', () => {
  const { stacks } = synthesize({ events: true, traffic: true, otherVersions: ['1.1.0'] });

  expect(stacks[name]!.dependencies.map(({ stackName }) => stackName)).toEqual(['ModelApp-Base']);
  const waiting = Object.values(stacks).filter(({ dependencies }) => dependencies.includes(stacks[name]!));
  expect(waiting).toEqual([]);
});

test('the stack is not protected from termination, and nothing in it outlives it', () => {
  const { stacks } = synthesize({ events: true });
  const resources: CfnTemplateResource[] = Object.values(events.toJSON().Resources);

  expect(stacks[name]!.terminationProtection).toBeFalsy();
  expect(new Set(resources.map(({ DeletionPolicy }) => DeletionPolicy))).toEqual(new Set([undefined, 'Delete']));
});

test('the stack has no part in any version', () => {
  const without = synthesize({ traffic: true, otherVersions: ['1.1.0'] });
  const beside = synthesize({ events: true, traffic: true, otherVersions: ['1.1.0'] });

  for (const stack of Object.keys(without.stacks)) {
    expect(beside.template(stack).toJSON()).toEqual(without.template(stack).toJSON());
  }
});

describe('the image', () => {
  const hash = (options: SynthesisOptions = {}) =>
    String(only('Custom::ModelAppRelease', eventsWith(options)).Properties.SourceHash);

  test('is the build of VERSION, published under a tag of its own', () => {
    const { app, template } = synthesize({ events: true, config: { aws: environment } });
    const images = (stack: string) => {
      const file = join(app.synth().directory, `${stack}.assets.json`);
      const { dockerImages } = JSON.parse(readFileSync(file, 'utf8'));
      return Object.values<{ source: object; destinations: Record<string, object> }>(dockerImages);
    };

    const [image] = images(name);

    const { SourceHash, Tag } = only('Custom::ModelAppRelease', template(name)).Properties;
    expect(SourceHash).toMatch(/^[0-9a-f]{64}$/);
    expect(Tag).toBe(`events-${SourceHash.slice(0, 16)}`);
    expect(Object.values(image!.destinations)).toEqual([
      expect.objectContaining({ repositoryName: 'modelapp', imageTag: Tag }),
    ]);
    expect(image!.source).toEqual(images('ModelApp-1-2-0')[0]!.source);
    expect(image!.source).toMatchObject({ dockerBuildArgs: { SOURCE_HASH: SourceHash } });
  });

  test('is what the task runs', () => {
    expect(container().Image['Fn::Join'][1].at(-1)).toBe(`/modelapp:events-${hash().slice(0, 16)}`);
  });

  test('of other code has another tag, other capacity has not', () => {
    expect(hash({ dockerfile: 'FROM other' })).not.toBe(hash());
    expect(hash({ config: { capacity: { maxTasks: 20 } } })).toBe(hash());
  });

  test('is released rolling, by the function of the base stack', () => {
    const template = eventsWith({ config: { aws: environment } });

    expect(only('Custom::ModelAppRelease', template).Properties).toMatchObject({
      ServiceToken: 'arn:aws:lambda:eu-central-1:111111111111:function:modelapp-release',
      Contract: 1,
      Kind: 'rolling',
      Repository: 'modelapp',
    });
  });
});

describe('the task', () => {
  const variables = (): Record<string, unknown> =>
    Object.fromEntries(
      container().Environment.map(({ Name, Value }: { Name: string; Value: unknown }) => [Name, Value]),
    );

  test('serves events alone, on port 7070', () => {
    expect(container()).toMatchObject({
      Command: ['serve'],
      Memory: 512,
      PortMappings: [{ ContainerPort: 7070, HostPort: 0, Protocol: 'tcp' }],
    });
    expect(variables()).toMatchObject({ MODELAPP_ROLE: 'events', MODELAPP_HOST: '0.0.0.0', MODELAPP_PORT: '7070' });
  });

  test('writes nowhere, and holds no secret', () => {
    expect(container().ReadonlyRootFilesystem).toBe(true);
    expect(container().MountPoints).toBeUndefined();
    expect(container().Secrets).toBeUndefined();
    expect(only('AWS::ECS::TaskDefinition').Properties.Volumes).toBeUndefined();
  });

  test('is asked for its health, and has time to finish', () => {
    expect(container().HealthCheck.Command).toEqual(['CMD', 'node', 'health.js']);
    expect(container().StopTimeout).toBe(120);
  });

  test('logs in to the database as modelapp_events, by token, and may do nothing else', () => {
    expect(variables().MODELAPP_DATABASE_AUTH).toBe('iam');
    expect(variables().MODELAPP_DATABASE_URL).toEqual({
      'Fn::Join': ['', expect.arrayContaining(['postgres://modelapp_events@'])],
    });
    const roleId = only('AWS::ECS::TaskDefinition').Properties.TaskRoleArn['Fn::GetAtt'][0];
    const policies = Object.values(events.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      JSON.stringify(Properties.Roles).includes(`"${roleId}"`),
    );
    expect(policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement)).toEqual([
      {
        Action: 'rds-db:connect',
        Effect: 'Allow',
        Resource: { 'Fn::Join': ['', expect.arrayContaining(['/modelapp_events'])] },
      },
    ]);
  });

  test('logs for 30 days to a group that goes with the stack', () => {
    expect(only('AWS::Logs::LogGroup')).toMatchObject({
      DeletionPolicy: 'Delete',
      Properties: { LogGroupName: '/modelapp/events/service', RetentionInDays: 30 },
    });
  });
});

describe('the load balancer', () => {
  test('asks the event server for its health, whatever the database does', () => {
    expect(only('AWS::ElasticLoadBalancingV2::TargetGroup').Properties).toMatchObject({
      HealthCheckPath: '/healthz',
      TargetGroupAttributes: expect.arrayContaining([{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }]),
    });
  });

  test('logs below a prefix of its own', () => {
    expect(only('AWS::ElasticLoadBalancingV2::LoadBalancer').Properties.LoadBalancerAttributes).toEqual(
      expect.arrayContaining([{ Key: 'access_logs.s3.prefix', Value: 'alb/events' }]),
    );
  });

  test('reaches the instances on the dynamic ports only', () => {
    expect(only('AWS::EC2::SecurityGroupIngress').Properties).toMatchObject({
      FromPort: 32768,
      ToPort: 65535,
      SourceSecurityGroupId: { 'Fn::GetAtt': [expect.stringContaining('EntrySecurityGroup'), 'GroupId'] },
    });
  });

  test('speaks HTTP without a certificate, and synthesis warns of it', () => {
    expect(only('AWS::ElasticLoadBalancingV2::Listener').Properties).toMatchObject({ Port: 80, Protocol: 'HTTP' });
    expect(synthesize({ events: true }).warnings(name)).toEqual([
      expect.stringContaining('set aws.certificateArn to serve HTTPS'),
    ]);
  });

  test('speaks HTTPS with a certificate and redirects from 80', () => {
    const certificateArn = 'arn:aws:acm:eu-central-1:111111111111:certificate/1';

    const secure = eventsWith({ config: { aws: { certificateArn } } });

    secure.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Certificates: [{ CertificateArn: certificateArn }],
    });
    secure.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80,
      DefaultActions: [Match.objectLike({ Type: 'redirect' })],
    });
    expect(secure.findOutputs('Endpoint').Endpoint?.Value['Fn::Join'][1][0]).toBe('https://');
  });

  test('gives its address as Endpoint and URL', () => {
    const { Endpoint, URL } = events.findOutputs('*');

    expect(Endpoint?.Value).toEqual({
      'Fn::Join': ['', ['http://', { 'Fn::GetAtt': [expect.stringContaining('LoadBalancer'), 'DNSName'] }]],
    });
    expect(URL).toEqual(Endpoint);
  });
});

test('the service replaces its tasks without a gap, and rolls back by itself', () => {
  const alarms = events.findResources('AWS::CloudWatch::Alarm', {
    Properties: { AlarmName: 'modelapp-events-errors' },
  });

  expect(only('AWS::ECS::Service').Properties).toMatchObject({
    DeploymentConfiguration: {
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
      Alarms: { Enable: true, Rollback: true, AlarmNames: [{ Ref: Object.keys(alarms)[0] }] },
    },
  });
});

test('its alarms and its dashboard have fixed names, which no version has', () => {
  const alarms = Object.values(events.findResources('AWS::CloudWatch::Alarm')).map(
    ({ Properties }) => Properties.AlarmName,
  );

  expect(alarms.filter(Boolean).sort()).toEqual([
    'modelapp-events-errors',
    'modelapp-events-latency',
    'modelapp-events-unhealthy',
  ]);
  expect(only('AWS::CloudWatch::Dashboard').Properties.DashboardName).toBe('modelapp-events');
});

test('a second deployment shares no name with the first', () => {
  const second = synthesize({ events: true, config: { aws: { prefix: 'Staging-' } } }).template(
    'Staging-ModelApp-Events',
  );

  const text = JSON.stringify(second.toJSON());
  expect(text).toContain('/staging-modelapp/events/service');
  expect(text).toContain('/staging-modelapp:events-');
  expect(text).not.toMatch(/"(\/modelapp\/events|modelapp-events|ModelApp-)/);
});
