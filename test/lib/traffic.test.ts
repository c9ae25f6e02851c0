import { Match, type Template } from 'aws-cdk-lib/assertions';
import { parseVersion } from '../../config/version';
import { versionRulePriority } from '../../lib/constructs/version-rule';
import { environment, type Synthesis, synthesize } from './support/synthesis';

const certificateArn = 'arn:aws:acm:eu-central-1:111111111111:certificate/1';

let synthesis: Synthesis;
let traffic: Template;
let version: Template;

beforeAll(() => {
  synthesis = synthesize({ traffic: true, otherVersions: ['1.1.0'] });
  traffic = synthesis.template('ModelApp-Traffic');
  version = synthesis.template('ModelApp-1-2-0');
});

/** The listener of Traffic, as another stack sees it. */
const listener = {
  'Fn::GetStackOutput': Match.objectLike({
    StackName: 'ModelApp-Traffic',
    OutputName: Match.stringLikeRegexp('RefEntryLoadBalancerHttp'),
  }),
};

describe('the shared entry', () => {
  test('is protected from termination', () => {
    expect(synthesis.stacks['ModelApp-Traffic']?.terminationProtection).toBe(true);
  });

  test('answers 503 to whoever no rule takes', () => {
    traffic.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80,
      Protocol: 'HTTP',
      DefaultActions: [
        {
          Type: 'fixed-response',
          FixedResponseConfig: {
            StatusCode: '503',
            ContentType: 'text/plain',
            MessageBody: 'no version takes traffic',
          },
        },
      ],
    });
  });

  test('has a load balancer, its listener and its group, and nothing of a version', () => {
    const types = Object.values(traffic.toJSON().Resources as Record<string, { Type: string }>).map(({ Type }) => Type);

    expect(types.sort()).toEqual([
      'AWS::EC2::SecurityGroup',
      'AWS::ElasticLoadBalancingV2::Listener',
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
    ]);
  });

  test('logs below a prefix of its own and drops invalid headers', () => {
    traffic.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Scheme: 'internet-facing',
      LoadBalancerAttributes: Match.arrayWith([
        { Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' },
        { Key: 'access_logs.s3.enabled', Value: 'true' },
        { Key: 'access_logs.s3.prefix', Value: 'alb/traffic' },
      ]),
    });
  });

  test('is open to the world on 80, and reaches the dynamic ports of instances only', () => {
    traffic.hasResourceProperties('AWS::EC2::SecurityGroup', {
      SecurityGroupIngress: [Match.objectLike({ CidrIp: '0.0.0.0/0', FromPort: 80, ToPort: 80 })],
      SecurityGroupEgress: [
        Match.objectLike({
          CidrIp: '10.0.0.0/16',
          FromPort: 32768,
          ToPort: 65535,
        }),
      ],
    });
  });

  test('gives its address as Endpoint', () => {
    expect(traffic.findOutputs('Endpoint').Endpoint?.Value).toEqual({
      'Fn::Join': ['', ['http://', { 'Fn::GetAtt': [expect.stringContaining('LoadBalancer'), 'DNSName'] }]],
    });
  });

  test('warns of plain HTTP without a certificate', () => {
    expect(synthesis.warnings('ModelApp-Traffic')).toEqual([
      expect.stringContaining('set aws.certificateArn to serve HTTPS'),
    ]);
  });

  test('speaks HTTPS with a certificate, redirects from 80 and does not warn', () => {
    const secure = synthesize({ traffic: true, config: { aws: { certificateArn } } });

    secure.template('ModelApp-Traffic').hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Protocol: 'HTTPS',
      Certificates: [{ CertificateArn: certificateArn }],
      DefaultActions: [Match.objectLike({ FixedResponseConfig: Match.objectLike({ StatusCode: '503' }) })],
    });
    secure.template('ModelApp-Traffic').hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 80,
      DefaultActions: [Match.objectLike({ Type: 'redirect' })],
    });
    expect(secure.warnings('ModelApp-Traffic')).toEqual([]);
  });

  test('lets versions attach to the listener that serves, not to the one that redirects', () => {
    const secure = synthesize({ traffic: true, split: '1.2.0:1', config: { aws: { certificateArn } } });

    for (const stack of ['ModelApp-1-2-0', 'ModelApp-Split']) {
      secure.template(stack).hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
        ListenerArn: {
          'Fn::GetStackOutput': Match.objectLike({ OutputName: Match.stringLikeRegexp('LoadBalancerHttps') }),
        },
      });
    }
  });
});

describe('a version behind the shared entry', () => {
  const idOf = (type: string, start: string) =>
    Object.keys(version.findResources(type)).find((id) => id.startsWith(start))!;

  test('takes the requests that name it', () => {
    version.resourceCountIs('AWS::ElasticLoadBalancingV2::ListenerRule', 1);
    version.hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
      ListenerArn: listener,
      Priority: 17971,
      Conditions: [
        { Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'x-modelapp-version', Values: ['1.2.0'] } },
      ],
      Actions: [{ Type: 'forward', TargetGroupArn: { Ref: Match.stringLikeRegexp('^Shared') } }],
    });
  });

  test('has its tasks in both groups', () => {
    version.hasResourceProperties('AWS::ECS::Service', {
      LoadBalancers: ['Own', 'Shared'].map((group) => ({
        ContainerName: 'service',
        ContainerPort: 8080,
        TargetGroupArn: { Ref: idOf('AWS::ElasticLoadBalancingV2::TargetGroup', group) },
      })),
    });
  });

  test('checks and drains both groups alike', () => {
    const [own, shared] = Object.values(version.findResources('AWS::ElasticLoadBalancingV2::TargetGroup'));

    expect(shared?.Properties).toEqual(own?.Properties);
    expect(shared?.Properties).toMatchObject({
      HealthCheckPath: '/alive',
      TargetGroupAttributes: expect.arrayContaining([{ Key: 'deregistration_delay.timeout_seconds', Value: '30' }]),
    });
  });

  test('starts its service after the rule, without which ECS refuses the group', () => {
    version.hasResource('AWS::ECS::Service', { DependsOn: Match.arrayWith([Match.stringLikeRegexp('^SharedRule')]) });
  });

  test('scales on the requests of each group', () => {
    const labels = Object.values(version.findResources('AWS::ApplicationAutoScaling::ScalingPolicy'))
      .map(({ Properties }) => Properties.TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification)
      .filter(({ PredefinedMetricType }) => PredefinedMetricType === 'ALBRequestCountPerTarget')
      .map(({ ResourceLabel }) => JSON.stringify(ResourceLabel));

    expect(labels).toEqual([
      expect.stringMatching(/"Ref":"EntryLoadBalancerHttp.*"Own\w+","TargetGroupFullName"/),
      expect.stringMatching(/"Fn::GetStackOutput".*"Shared\w+","TargetGroupFullName"/),
    ]);
  });

  test('opens its instances to both load balancers on the dynamic ports, and to nobody else', () => {
    const rules = Object.values(version.findResources('AWS::EC2::SecurityGroupIngress')).map(
      ({ Properties }) => Properties,
    );

    expect(rules).toHaveLength(2);
    for (const rule of rules) expect(rule).toMatchObject({ FromPort: 32768, ToPort: 65535, IpProtocol: 'tcp' });
    expect(rules.map(({ SourceSecurityGroupId }) => SourceSecurityGroupId)).toEqual(
      expect.arrayContaining([
        { 'Fn::GetAtt': [expect.stringContaining('EntrySecurityGroup'), 'GroupId'] },
        { 'Fn::GetStackOutput': expect.objectContaining({ StackName: 'ModelApp-Traffic' }) },
      ]),
    );
  });

  test('exports its group though nothing imports it yet', () => {
    const outputs = Object.values(version.findOutputs('*'));

    expect(outputs).toContainEqual({
      Value: { Ref: idOf('AWS::ElasticLoadBalancingV2::TargetGroup', 'Shared') },
      Export: { Name: expect.stringMatching(/^ModelApp-1-2-0:ExportsOutputRefShared/) },
    });
  });

  test('counts failures of both entries, and tells the slower one', () => {
    const alarm = (what: string) =>
      Object.values(
        version.findResources('AWS::CloudWatch::Alarm', { Properties: { AlarmName: `modelapp-1-2-0-${what}` } }),
      )[0]!.Properties.Metrics as {
        Id: string;
        Expression?: string;
        MetricStat?: { Metric: { MetricName: string } };
      }[];
    const measured = (what: string) =>
      Object.fromEntries(
        alarm(what)
          .filter(({ MetricStat }) => MetricStat)
          .map(({ Id, MetricStat }) => [Id, MetricStat?.Metric.MetricName]),
      );

    expect(alarm('errors')[0]?.Expression).toBe(
      'IF(FILL(requests, 0) + FILL(shared_requests, 0) > 0, (FILL(tasks, 0) + FILL(balancer, 0) + FILL(shared_tasks, 0) + FILL(shared_connections, 0)) / (FILL(requests, 0) + FILL(shared_requests, 0)), 0)',
    );
    expect(measured('errors')).toEqual({
      requests: 'RequestCount',
      shared_requests: 'RequestCount',
      tasks: 'HTTPCode_Target_5XX_Count',
      balancer: 'HTTPCode_ELB_5XX_Count',
      shared_tasks: 'HTTPCode_Target_5XX_Count',
      shared_connections: 'TargetConnectionErrorCount',
    });
    expect(alarm('latency')[0]?.Expression).toBe('MAX([FILL(own_p99, 0), FILL(shared_p99, 0)])');
    expect(measured('latency')).toEqual({ own_p99: 'TargetResponseTime', shared_p99: 'TargetResponseTime' });
  });

  test('keeps its own load balancer', () => {
    version.resourceCountIs('AWS::ElasticLoadBalancingV2::LoadBalancer', 1);
    expect(version.findOutputs('Endpoint').Endpoint?.Value).toEqual(
      synthesize().template('ModelApp-1-2-0').findOutputs('Endpoint').Endpoint?.Value,
    );
  });

  test('has less than 45 resources and no function', () => {
    expect(Object.keys(version.toJSON().Resources).length).toBeLessThan(45);
    version.resourceCountIs('AWS::Lambda::Function', 0);
  });
});

test('without the shared entry a version has its own load balancer only', () => {
  const alone = synthesize().template('ModelApp-1-2-0');

  alone.resourceCountIs('AWS::ElasticLoadBalancingV2::TargetGroup', 1);
  alone.resourceCountIs('AWS::ElasticLoadBalancingV2::ListenerRule', 0);
  expect(Object.values(alone.findOutputs('*')).filter(({ Export }) => Export)).toEqual([]);
});

test('the shared entry fits an account as well as none', () => {
  const { template, stacks } = synthesize({ traffic: true, split: '1.2.0:1', config: { aws: environment } });

  expect(stacks['ModelApp-Traffic']?.environment).toBe('aws://111111111111/eu-central-1');
  template('ModelApp-1-2-0').hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
    ListenerArn: { 'Fn::GetStackOutput': { StackName: 'ModelApp-Traffic', OutputName: Match.anyValue() } },
  });
});

describe('the priority of a rule', () => {
  test.each([
    ['1.2.0', 17971],
    ['1.1.0', 22198],
  ])('of %s is always %i', (text, priority) => {
    expect(versionRulePriority(parseVersion(text))).toBe(priority);
  });

  test('that two versions share fails the synthesis, naming both', () => {
    expect(() => synthesize({ version: '1.8.2', otherVersions: ['0.5.9'], traffic: true })).toThrow(
      /1\.8\.2 and 0\.5\.9 cannot both be live behind ModelApp-Traffic: .* priority 3326/,
    );
  });

  test('that two versions share does not matter without the shared entry', () => {
    expect(() => synthesize({ version: '1.8.2', otherVersions: ['0.5.9'] })).not.toThrow();
  });
});
