import { Match, type Template } from 'aws-cdk-lib/assertions';
import { emptyRecord, parseGuardRecord } from '../../../lambda/rollout-guard/guard-record';
import { type CfnTemplateResource, synthesize } from '../support/synthesis';

let split: Template;

beforeAll(() => {
  split = synthesize({ otherVersions: ['1.0.0', '1.1.0'], split: '1.1.0:90,1.2.0:10,1.0.0:0' }).template(
    'ModelApp-Split',
  );
});

const only = (type: string): CfnTemplateResource => {
  const [resource, ...others] = Object.values(split.findResources(type));
  expect(others).toEqual([]);
  return resource!;
};

const alarms = ['1-1-0', '1-2-0'].flatMap((version) =>
  ['errors', 'latency', 'unhealthy'].map((kind) => `modelapp-${version}-${kind}`),
);
const rule = { Ref: 'Rule' };
const notices = { 'Fn::GetStackOutput': Match.objectLike({ StackName: 'ModelApp-Base' }) };

test('the guard hears when an alarm of a version that takes traffic fires, and nothing else', () => {
  split.hasResourceProperties('AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.cloudwatch'],
      'detail-type': ['CloudWatch Alarm State Change'],
      detail: { alarmName: alarms, state: { value: ['ALARM'] } },
    },
    Targets: [{ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^GuardFunction'), 'Arn'] } }],
  });
  split.resourceCountIs('AWS::Events::Rule', 1);
});

test('the alarms are those that the versions have', () => {
  const { template } = synthesize({ otherVersions: ['1.1.0'], split: '1.1.0:90,1.2.0:10' });

  const names = ['ModelApp-1-1-0', 'ModelApp-1-2-0'].flatMap((stack) =>
    Object.values(template(stack).findResources('AWS::CloudWatch::Alarm')).map(
      ({ Properties }) => Properties.AlarmName,
    ),
  );

  expect(names.sort()).toEqual(alarms);
});

test('EventBridge may call the guard, for this rule only', () => {
  split.hasResourceProperties('AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    Principal: 'events.amazonaws.com',
    SourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^GuardAlarms'), 'Arn'] },
  });
});

test('the guard knows rule, topic, parameter and the versions with their groups and alarms', () => {
  split.hasResourceProperties('AWS::Lambda::Function', {
    FunctionName: 'modelapp-rollout-guard',
    Timeout: 60,
    VpcConfig: Match.absent(),
    Environment: {
      Variables: {
        RULE_ARN: rule,
        NOTICES_TOPIC: notices,
        GUARD_PARAMETER: { Ref: Match.stringLikeRegexp('^GuardRecord') },
      },
    },
  });

  const text = JSON.stringify(only('AWS::Lambda::Function').Properties.Environment.Variables.SPLIT);
  for (const part of [...alarms, 'ModelApp-1-1-0:ExportsOutputRefShared', 'ModelApp-1-2-0:ExportsOutputRefShared']) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('1.0.0');
});

test('the parameter holds the record of a split that nobody left', () => {
  split.hasResourceProperties('AWS::SSM::Parameter', { Name: '/modelapp/split/guard', Type: 'String' });

  const record = parseGuardRecord(only('AWS::SSM::Parameter').Properties.Value);

  expect(record).toEqual(emptyRecord({ '1.1.0': 90, '1.2.0': 10 }));
  expect(Object.keys(record.split)).toEqual(['1.1.0', '1.2.0']);
});

test('the guard may change this rule, this parameter and this topic, and read rules and alarms', () => {
  const { Statement } = only('AWS::IAM::Policy').Properties.PolicyDocument;
  const rights = Statement.map(({ Action, Resource }: { Action: string | string[]; Resource: unknown }) => [
    [Action].flat(),
    JSON.stringify(Resource),
  ]);

  expect(rights).toEqual([
    [['logs:CreateLogStream', 'logs:PutLogEvents'], expect.stringContaining('GuardFunctionLogs')],
    [['elasticloadbalancing:ModifyRule'], '{"Ref":"Rule"}'],
    [
      ['ssm:GetParameter', 'ssm:GetParameterHistory', 'ssm:PutParameter'],
      expect.stringMatching(/:parameter".*GuardRecord/),
    ],
    [['sns:Publish'], expect.stringContaining('ModelApp-Base')],
    [['cloudwatch:DescribeAlarms', 'elasticloadbalancing:DescribeRules'], '"*"'],
  ]);
});

test('a guard that fails is told on Notices', () => {
  split.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'Errors',
    Namespace: 'AWS/Lambda',
    Threshold: 1,
    EvaluationPeriods: 1,
    TreatMissingData: 'notBreaching',
    AlarmActions: [notices],
  });
});

test('nothing of the guard stays when the split goes', () => {
  for (const { DeletionPolicy = 'Delete' } of Object.values(split.toJSON().Resources) as CfnTemplateResource[]) {
    expect(DeletionPolicy).toBe('Delete');
  }
});

test('a second deployment has a guard and a parameter of its own', () => {
  const staging = synthesize({ split: '1.2.0:1', config: { aws: { prefix: 'Staging-' } } }).template(
    'Staging-ModelApp-Split',
  );

  staging.hasResourceProperties('AWS::SSM::Parameter', { Name: '/staging-modelapp/split/guard' });
  staging.hasResourceProperties('AWS::Lambda::Function', { FunctionName: 'staging-modelapp-rollout-guard' });
});
