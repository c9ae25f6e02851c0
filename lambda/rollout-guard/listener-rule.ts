import {
  type Action,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  RuleNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Share, type SplitVersion, sharesOf } from './decision';
import { forwardedGroups, forwardTo } from './forwarding';

const client = new ElasticLoadBalancingV2Client();

/** The split's rule as it is now, which a person may have changed. */
export interface LiveRule {
  readonly actions: readonly Action[];
  /** The target groups that it forwards to. */
  readonly shares: readonly Share[];
}

/** @returns undefined if the rule is gone, or splits nothing any more */
export async function readRule(arn: string, split: readonly SplitVersion[]): Promise<LiveRule | undefined> {
  const actions = await ifRuleExists(async () => {
    const { Rules } = await client.send(new DescribeRulesCommand({ RuleArns: [arn] }));
    return Rules?.[0]?.Actions;
  });
  if (!actions) return undefined;
  const groups = forwardedGroups(actions);
  if (groups.length === 0) return undefined;
  const live = groups.map(({ TargetGroupArn = '', Weight = 1 }) => ({ targetGroup: TargetGroupArn, weight: Weight }));
  return { actions, shares: sharesOf(live, split) };
}

/** Makes the rule forward to these shares only; all else of it stays, its stickiness too. */
export async function writeRule(arn: string, { actions }: LiveRule, shares: readonly Share[]): Promise<void> {
  const groups = shares.map(({ targetGroup, weight }) => ({ TargetGroupArn: targetGroup, Weight: weight }));
  const Actions = forwardTo(actions, groups);
  await ifRuleExists(() => client.send(new ModifyRuleCommand({ RuleArn: arn, Actions })));
}

async function ifRuleExists<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RuleNotFoundException) return undefined;
    throw error;
  }
}
