import { Match, type Template } from 'aws-cdk-lib/assertions';
import { environment, onlyResource, type Synthesis, synthesize } from './support/synthesis';

const name = 'ModelApp-1-2-0';

let synthesis: Synthesis;
let version: Template;

beforeAll(() => {
  synthesis = synthesize();
  version = synthesis.template(name);
});

const only = (type: string) => onlyResource(version, type);

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
