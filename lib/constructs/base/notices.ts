import { Stack } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/**
 * The topic that alarms speak to; whoever wants to hear them subscribes. It is not encrypted with KMS, as alarms cannot use
 * the key that AWS manages.
 */
export class Notices extends Topic {
  readonly alarmAction: IAlarmAction = new SnsAction(this);

  constructor(scope: Construct, id: string) {
    super(scope, id, { enforceSSL: true });
    const { account } = Stack.of(this);
    // A policy of one's own replaces the default one, by which the account's alarms could publish.
    this.addToResourcePolicy(
      new PolicyStatement({
        sid: 'PublishAlarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
  }
}
