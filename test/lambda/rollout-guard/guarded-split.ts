import { join } from 'node:path';
import { type GuardRecord, parseGuardRecord } from '../../../lambda/rollout-guard/guard-record';
import { runFolder } from '../../support/test-run';
import { buildBundles } from '../support/bundles';
import { fakeAlarms } from '../support/fake-alarms';
import { FakeListenerRule, type Groups, ruleArn } from '../support/fake-listener-rule';
import { FakeParameter } from '../support/fake-parameter';
import { FakeTopic } from '../support/fake-topic';
import { type FunctionUnderTest, invoke } from '../support/invoke';
import { type Loopback, startLoopback } from '../support/loopback';

const topicArn = 'arn:aws:sns:eu-central-1:111111111111:notices';
const parameterName = '/modelapp/split/guard';

export const groupOf = (version: string): string =>
  `arn:aws:elasticloadbalancing:eu-central-1:111111111111:targetgroup/${version.replaceAll('.', '-')}/1`;
export const alarmOf = (version: string, kind = 'errors'): string => `modelapp-${version.replaceAll('.', '-')}-${kind}`;

export type Weights = Readonly<Record<string, number>>;

export const byGroup = (weights: Weights): Groups =>
  Object.fromEntries(Object.entries(weights).map(([version, weight]) => [groupOf(version), weight]));

interface AlarmEvent {
  readonly value?: 'ALARM' | 'OK';
  readonly timestamp?: string;
  readonly reason?: string;
}

/** As CloudWatch writes a time. */
const noon = '2026-05-04T12:00:00.000+0000';
export const anHourLater = '2026-05-04T13:00:00.000+0000';

/** What EventBridge tells the guard. */
export const event = (
  alarmName: string,
  { value = 'ALARM', timestamp = noon, reason = 'too many' }: AlarmEvent = {},
): object => ({
  source: 'aws.cloudwatch',
  'detail-type': 'CloudWatch Alarm State Change',
  detail: { alarmName, state: { value, timestamp, reason } },
});

/** A split with its guard: the built function, and what of AWS it works on. */
export class GuardedSplit {
  rule!: FakeListenerRule;
  parameter!: FakeParameter;
  topic!: FakeTopic;
  /** The alarms that are on. */
  on!: Set<string>;
  #bundle!: string;
  #weights!: Weights;
  #aws: Loopback | undefined;

  async build(): Promise<void> {
    const bundles = join(runFolder(), 'rollout-guard-bundles');
    await buildBundles(bundles);
    this.#bundle = join(bundles, 'rollout-guard');
  }

  /** What the deployment of a split leaves. */
  async deploy(weights: Weights): Promise<void> {
    await this.stop();
    this.#weights = weights;
    this.rule = new FakeListenerRule(byGroup(weights));
    this.parameter = new FakeParameter(parameterName);
    this.parameter.versions.push(JSON.stringify({ split: weights, removals: [] }));
    this.topic = new FakeTopic(topicArn);
    this.on = new Set();
    const answerers = [this.rule.answerer, this.parameter.answerer, this.topic.answerer, fakeAlarms(this.on)];
    this.#aws = await startLoopback(...answerers);
  }

  async stop(): Promise<void> {
    await this.#aws?.close();
  }

  /** The guard. */
  function(): FunctionUnderTest {
    const versions = Object.entries(this.#weights).map(([version, weight]) => ({
      version,
      weight,
      targetGroup: groupOf(version),
      alarms: ['errors', 'latency', 'unhealthy'].map((kind) => alarmOf(version, kind)),
    }));
    return {
      bundle: this.#bundle,
      environment: {
        AWS_ENDPOINT_URL: this.#aws!.url,
        RULE_ARN: ruleArn,
        NOTICES_TOPIC: topicArn,
        GUARD_PARAMETER: parameterName,
        SPLIT: JSON.stringify(versions),
      },
    };
  }

  /** An alarm changes its state and the guard is told. */
  async change(alarm: string, options: AlarmEvent = {}): Promise<{ error?: string; output: string }> {
    this.on[options.value === 'OK' ? 'delete' : 'add'](alarm);
    return invoke(this.function(), event(alarm, options));
  }

  /** Weights of the rule by version; what is no version's stands under its address. */
  live(): Weights {
    const versions = Object.keys(this.#weights);
    return Object.fromEntries(
      Object.entries(this.rule.groups).map(([group, weight]) => [
        versions.find((version) => groupOf(version) === group) ?? group,
        weight,
      ]),
    );
  }

  record(): GuardRecord {
    return parseGuardRecord(this.parameter.value);
  }
}
