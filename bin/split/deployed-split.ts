import { parseSplit, type Split } from '../../config/split';
import type { Version } from '../../config/version';
import type { AwsSession } from '../aws/session';
import { findStack, type StackSummary } from '../aws/stacks';

/** The split as its stack was deployed last. */
export interface DeployedSplit {
  readonly stack: StackSummary;
  readonly weights: Split;
  readonly ruleArn: string;
  /** ARN of the group of each version behind the shared entry. */
  readonly targetGroups: Readonly<Record<Version, string>>;
}

/** @returns undefined if traffic is not split, or was never split successfully */
export async function readDeployedSplit(session: AwsSession): Promise<DeployedSplit | undefined> {
  const stack = await findStack(session, session.names.splitStack);
  const { Weights, RuleArn, TargetGroups } = stack?.outputs ?? {};
  if (!stack || !Weights || !RuleArn || !TargetGroups) return undefined;
  return { stack, weights: parseSplit(Weights), ruleArn: RuleArn, targetGroups: JSON.parse(TargetGroups) };
}
