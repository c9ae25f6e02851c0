import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { alarmKinds } from '../../config/names';
import type { SplitEntry } from '../../config/split';
import { addFailureAlarm } from '../failure-alarm';
import { type HandlerEnvironment, HandlerFunction } from '../handler-function';
import type { SplitVersion } from './decision';
import { emptyRecord } from './guard-record';

export interface RolloutGuardProps extends HandlerEnvironment {
  /** The versions that take traffic, in the order of the split. */
  readonly targets: readonly (SplitEntry & { readonly targetGroupArn: string })[];
  /** The listener rule that splits the traffic. */
  readonly ruleArn: string;
  /** Where the guard tells what it did, or that it failed. */
  readonly notices: ITopic;
}

/**
 * Takes a version out of the live rule when an alarm of it fires, but for the stable one, that of greatest weight. What it
 * did stands in the parameter `/modelapp/split/guard`, which the deployment of another split empties.
 */
export class RolloutGuard extends Construct {
  constructor(scope: Construct, id: string, { targets, ruleArn, notices, ...environment }: RolloutGuardProps) {
    super(scope, id);
    const { names } = environment;
    const split = targets.map(
      ({ version, weight, targetGroupArn }): SplitVersion => ({
        version,
        weight,
        targetGroup: targetGroupArn,
        alarms: alarmKinds.map((kind) => names.monitoring(version, kind)),
      }),
    );
    const record = new StringParameter(this, 'Record', {
      parameterName: names.guardParameter,
      description: 'Versions that the rollout guard took out of the split',
      stringValue: JSON.stringify(emptyRecord(Object.fromEntries(split.map((each) => [each.version, each.weight])))),
    });
    const guard = new HandlerFunction(this, 'Function', {
      ...environment,
      name: 'rollout-guard',
      description: 'Takes a version whose alarm fires out of the split',
      timeout: Duration.minutes(1),
      environment: {
        SPLIT: Stack.of(this).toJsonString(split),
        RULE_ARN: ruleArn,
        NOTICES_TOPIC: notices.topicArn,
        GUARD_PARAMETER: record.parameterName,
      },
    });
    this.allow(guard, [
      [['elasticloadbalancing:ModifyRule'], ruleArn],
      [['ssm:GetParameter', 'ssm:GetParameterHistory', 'ssm:PutParameter'], record.parameterArn],
      [['sns:Publish'], notices.topicArn],
      [['elasticloadbalancing:DescribeRules', 'cloudwatch:DescribeAlarms'], '*'],
    ]);
    new Rule(this, 'Alarms', {
      description: 'An alarm of a version in the split fires',
      eventPattern: {
        source: ['aws.cloudwatch'],
        detailType: ['CloudWatch Alarm State Change'],
        detail: { alarmName: split.flatMap(({ alarms }) => alarms), state: { value: ['ALARM'] } },
      },
      targets: [new LambdaFunction(guard)],
    });
    addFailureAlarm(this, guard, {
      description:
        'The rollout guard failed, so a version whose alarm fires may still take traffic: see its log, and run modelapp split.',
      period: Duration.minutes(1),
      notices,
    });
  }

  private allow(guard: HandlerFunction, rights: readonly (readonly [actions: string[], resource: string])[]): void {
    for (const [actions, resource] of rights) {
      guard.addToRolePolicy(new PolicyStatement({ actions, resources: [resource] }));
    }
    Validations.of(guard.role!).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Listing rules and alarms accepts no narrower resource; neither of the two actions changes anything.',
    });
  }
}
