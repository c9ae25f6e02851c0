import { Match, type Template } from 'aws-cdk-lib/assertions';
import { environment, type Synthesis, synthesize } from './support/synthesis';

let synthesis: Synthesis;
let split: Template;

beforeAll(() => {
  synthesis = synthesize({ otherVersions: ['1.0.0', '1.1.0'], split: '1.1.0:90,1.2.0:10,1.0.0:0' });
  split = synthesis.template('ModelApp-Split');
});

const sharedGroupOf = (stack: string) => ({
  'Fn::ImportValue': Match.stringLikeRegexp(`^${stack}:ExportsOutputRefShared`),
});

const withStickiness = (stickinessSeconds: number) =>
  synthesize({ split: '1.2.0:1', config: { aws: { stickinessSeconds } } }).template('ModelApp-Split');

test('the stack is protected from termination', () => {
  expect(synthesis.stacks['ModelApp-Split']?.terminationProtection).toBe(true);
});

test('one rule behind those of the versions takes all other requests, by the weights as given', () => {
  split.resourceCountIs('AWS::ElasticLoadBalancingV2::ListenerRule', 1);
  split.hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
    ListenerArn: { 'Fn::GetStackOutput': Match.objectLike({ StackName: 'ModelApp-Traffic' }) },
    Priority: 49999,
    Conditions: [{ Field: 'path-pattern', PathPatternConfig: { Values: ['/*'] } }],
    Actions: [
      {
        Type: 'forward',
        ForwardConfig: {
          TargetGroups: [
            { TargetGroupArn: sharedGroupOf('ModelApp-1-1-0'), Weight: 90 },
            { TargetGroupArn: sharedGroupOf('ModelApp-1-2-0'), Weight: 10 },
          ],
          TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 3600 },
        },
      },
    ],
  });
});

test('a version of weight 0 is not locked: nothing of it is imported', () => {
  expect(JSON.stringify(split.toJSON())).not.toContain('ModelApp-1-0-0');
});

test('what is imported is what the versions export', () => {
  const imports = [...JSON.stringify(split.toJSON().Resources).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(
    ([, name]) => name,
  );
  const exported = ['ModelApp-1-1-0', 'ModelApp-1-2-0'].flatMap((stack) =>
    Object.values(synthesis.template(stack).findOutputs('*')).flatMap(({ Export }) => (Export ? [Export.Name] : [])),
  );

  expect([...new Set(imports)]).toEqual(exported);
});

test('a version is the same with and without a split', () => {
  const unsplit = synthesize({ otherVersions: ['1.0.0', '1.1.0'], traffic: true });

  for (const stack of ['ModelApp-1-0-0', 'ModelApp-1-1-0', 'ModelApp-1-2-0', 'ModelApp-Traffic', 'ModelApp-Base']) {
    expect(synthesis.template(stack).toJSON()).toEqual(unsplit.template(stack).toJSON());
  }
});

test('clients stay as long as configured', () => {
  withStickiness(60).hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
    Actions: [
      Match.objectLike({
        ForwardConfig: Match.objectLike({ TargetGroupStickinessConfig: { Enabled: true, DurationSeconds: 60 } }),
      }),
    ],
  });
});

test('stickiness of 0 seconds turns it off', () => {
  withStickiness(0).hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
    Actions: [
      Match.objectLike({ ForwardConfig: Match.objectLike({ TargetGroupStickinessConfig: { Enabled: false } }) }),
    ],
  });
});

test.each([-1, 604_801, 1.5])('stickiness of %d seconds is refused', (stickinessSeconds) => {
  expect(() => withStickiness(stickinessSeconds)).toThrow(/^aws\.stickinessSeconds: /);
});

test('the outputs name the rule, the weights, and the group of each version', () => {
  const { RuleArn, Weights, TargetGroups } = split.findOutputs('*');

  expect(RuleArn?.Value).toEqual({ Ref: expect.stringMatching(/^Rule/) });
  expect(Weights?.Value).toBe('1.1.0:90,1.2.0:10');
  expect(TargetGroups?.Value['Fn::Join'][1]).toEqual([
    '{"1.1.0":"',
    { 'Fn::ImportValue': expect.stringContaining('ModelApp-1-1-0') },
    '","1.2.0":"',
    { 'Fn::ImportValue': expect.stringContaining('ModelApp-1-2-0') },
    '"}',
  ]);
});

test.each([
  ['an account', { config: { aws: environment } }, 'ModelApp'],
  ['a prefix', { config: { aws: { prefix: 'Staging-' } } }, 'Staging-ModelApp'],
])('with %s the weights stay the same', (_, options, start) => {
  const template = synthesize({ ...options, otherVersions: ['1.1.0'], split: '1.1.0:999,1.2.0:1' }).template(
    `${start}-Split`,
  );

  template.hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
    Actions: [
      Match.objectLike({
        ForwardConfig: Match.objectLike({
          TargetGroups: [
            { TargetGroupArn: sharedGroupOf(`${start}-1-1-0`), Weight: 999 },
            { TargetGroupArn: sharedGroupOf(`${start}-1-2-0`), Weight: 1 },
          ],
        }),
      }),
    ],
  });
});

test('a version that is not live cannot take traffic', () => {
  expect(() => synthesize({ split: '1.3.0:1' })).toThrow(
    "context 'split': 1.3.0 is not a live version behind the shared entry",
  );
});
