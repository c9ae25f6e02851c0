import {
  type Action,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  RuleNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Share, type SplitVersion, sharesOf } from './decision';

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
  const groups = actions?.find(isForward)?.ForwardConfig?.TargetGroups;
  if (!actions || !groups?.length) return undefined;
  const live = groups.map(({ TargetGroupArn = '', Weight = 1 }) => ({ targetGroup: TargetGroupArn, weight: Weight }));
  return { actions, shares: sharesOf(live, split) };
}

/** Makes the rule forward to these shares only; all else of it stays, its stickiness too. */
export async function writeRule(arn: string, { actions }: LiveRule, shares: readonly Share[]): Promise<void> {
  const TargetGroups = shares.map(({ targetGroup, weight }) => ({ TargetGroupArn: targetGroup, Weight: weight }));
  const Actions = actions.map((action) => {
    if (!isForward(action)) return action;
    // Beside the list, the address of a single target group has to be the same or missing.
    const { TargetGroupArn: _, ...rest } = action;
    return { ...rest, ForwardConfig: { ...action.ForwardConfig, TargetGroups } };
  });
  await ifRuleExists(() => client.send(new ModifyRuleCommand({ RuleArn: arn, Actions })));
}

const isForward = ({ Type }: Action): boolean => Type === 'forward';

async function ifRuleExists<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RuleNotFoundException) return undefined;
    throw error;
  }
}
