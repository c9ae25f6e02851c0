import {
  type Action,
  DescribeRulesCommand,
  ElasticLoadBalancingV2Client,
  ModifyRuleCommand,
  RuleNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { takingTraffic } from '../../config/split';
import { forwardedGroups, forwardTo } from '../../lambda/rollout-guard/forwarding';
import type { AwsSession } from '../aws/session';
import { CommandError } from '../failure';
import type { DeployedSplit } from './deployed-split';

/** Weights by version as the load balancer has them; a target group that is no version's stands under its ARN. */
export type LiveWeights = Readonly<Record<string, number>>;

/**
 * How the load balancer splits traffic at this moment. It may differ from what was deployed: the rollout guard takes
 * versions out, and people change rules by hand.
 * @returns undefined if the rule is gone
 */
export async function readLiveWeights(session: AwsSession, split: DeployedSplit): Promise<LiveWeights | undefined> {
  const actions = await readActions(session, split);
  if (!actions) return undefined;
  const versions = new Map(Object.entries(split.targetGroups).map(([version, arn]) => [arn, version]));
  const groups = forwardedGroups(actions);
  return Object.fromEntries(
    groups.map(({ TargetGroupArn: arn = '', Weight = 1 }) => [versions.get(arn) ?? arn, Weight] as const),
  );
}

/** Makes the load balancer split traffic as it was deployed; stickiness and all else of the rule stay. */
export async function restoreLiveRule(session: AwsSession, split: DeployedSplit): Promise<void> {
  const actions = await readActions(session, split);
  if (!actions) throw new CommandError(`the rule of ${split.stack.name} is gone; next: modelapp split off`);
  const groups = takingTraffic(split.weights).map(({ version, weight }) => ({
    TargetGroupArn: split.targetGroups[version],
    Weight: weight,
  }));
  const Actions = forwardTo(actions, groups);
  await session.client(ElasticLoadBalancingV2Client).send(new ModifyRuleCommand({ RuleArn: split.ruleArn, Actions }));
}

async function readActions({ client }: AwsSession, { ruleArn }: DeployedSplit): Promise<Action[] | undefined> {
  try {
    const { Rules } = await client(ElasticLoadBalancingV2Client).send(
      new DescribeRulesCommand({ RuleArns: [ruleArn] }),
    );
    return Rules?.[0]?.Actions;
  } catch (error) {
    if (error instanceof RuleNotFoundException) return undefined;
    throw error;
  }
}
