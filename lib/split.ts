import { CfnOutput, ReferenceStrength, Stack, type StackProps } from 'aws-cdk-lib';
import { CfnListenerRule } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { Names } from '../config/names';
import type { Config } from '../config/schema';
import { formatSplit, type Split, takingTraffic } from '../config/split';
import type { Version } from '../config/version';
import { RolloutGuard } from '../lambda/rollout-guard/rollout-guard';
import type { TrafficStack } from './traffic';
import type { VersionStack } from './version';

/** The last priority but one for each listener; rules of versions stand before. */
const priority = 49_999;

export interface SplitStackProps extends StackProps {
  readonly names: Names;
  readonly config: Config;
  /** The folder with a bundle `<name>/index.js` for each function. */
  readonly bundles: string;
  /** Where the guard tells that a version left the split. */
  readonly notices: ITopic;
  readonly traffic: TrafficStack;
  readonly split: Split;
  /** The stacks of the live versions, each with a group behind `traffic`. */
  readonly versions: ReadonlyMap<Version, VersionStack>;
}

/** A version that takes traffic. */
export interface SplitTarget {
  readonly version: Version;
  readonly weight: number;
  /** Address of the version's group behind the shared entry, imported: it bars the version's stack from deletion. */
  readonly targetGroupArn: string;
}

/** Splits the requests of the shared entry that name no version, by one rule, and guards it against versions that fail. */
export class SplitStack extends Stack {
  /** An L1 rule: the L2 one would make the services of the versions wait for this stack, which waits for them. */
  readonly rule: CfnListenerRule;
  /** The versions of the rule, in the order of the split. */
  readonly targets: readonly SplitTarget[];

  constructor(scope: Construct, id: string, props: SplitStackProps) {
    const { names, config, bundles, notices, traffic, split, versions, ...stackProps } = props;
    super(scope, id, { ...stackProps, terminationProtection: true });
    this.targets = takingTraffic(split).map(({ version, weight }) => ({
      version,
      weight,
      targetGroupArn: targetGroupOf(version, versions),
    }));
    const { stickinessSeconds } = config.aws;
    this.rule = new CfnListenerRule(this, 'Rule', {
      listenerArn: traffic.listener.listenerArn,
      priority,
      conditions: [{ field: 'path-pattern', pathPatternConfig: { values: ['/*'] } }],
      actions: [
        {
          type: 'forward',
          forwardConfig: {
            targetGroups: this.targets.map(({ targetGroupArn, weight }) => ({ targetGroupArn, weight })),
            targetGroupStickinessConfig:
              stickinessSeconds > 0 ? { enabled: true, durationSeconds: stickinessSeconds } : { enabled: false },
          },
        },
      ],
    });
    new RolloutGuard(this, 'Guard', { names, bundles, notices, targets: this.targets, ruleArn: this.rule.ref });
    const output = (name: string, value: string) => new CfnOutput(this, name, { value });
    output('RuleArn', this.rule.ref);
    output('Weights', formatSplit(this.targets));
    output(
      'TargetGroups',
      this.toJsonString(
        Object.fromEntries(this.targets.map(({ version, targetGroupArn }) => [version, targetGroupArn])),
      ),
    );
  }
}

/** @throws {Error} if the version is not live */
function targetGroupOf(version: Version, versions: SplitStackProps['versions']): string {
  const group = versions.get(version)?.sharedTargetGroup;
  if (!group) throw new Error(`context 'split': ${version} is not a live version behind the shared entry`);
  return Stack.consumeReference(group.targetGroupArn, ReferenceStrength.STRONG);
}
