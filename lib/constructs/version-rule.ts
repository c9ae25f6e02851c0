import { createHash } from 'node:crypto';
import { type ISecurityGroup, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationListener,
  ApplicationListenerRule,
  type IApplicationListener,
  type IApplicationTargetGroup,
  ListenerAction,
  ListenerCondition,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { versionHeader } from '../../config/environment';
import type { Version } from '../../config/version';

/** Rules of versions take the priorities from here on; those before are left to whoever wants to go first. */
const firstPriority = 1_000;
const priorities = 40_000;

/** The place of a version's rule among those of the shared listener: the same in every tree, with no list to keep. */
export const versionRulePriority = (version: Version): number =>
  firstPriority + (createHash('sha256').update(version).digest().readUInt32BE() % priorities);

/** @throws {Error} naming two versions whose rules would take the same place */
export function refuseEqualPriorities(versions: readonly Version[]): void {
  const taken = new Map<number, Version>();
  for (const version of versions) {
    const priority = versionRulePriority(version);
    const other = taken.get(priority);
    if (other) {
      throw new Error(
        `${other} and ${version} cannot both be live behind ModelApp-Traffic: their rules would both have priority ${priority}; release one of them under another number`,
      );
    }
    taken.set(priority, version);
  }
}

export interface VersionRuleProps {
  readonly version: Version;
  /** The shared entry, which belongs to another stack. */
  readonly entry: { readonly listener: IApplicationListener; readonly securityGroup: ISecurityGroup };
  readonly targetGroup: IApplicationTargetGroup;
}

/**
 * Sends the requests of a shared entry that name a version to its tasks. The entry is imported: everything that attaching
 * to it makes, such as the way into the instances, then lies in the stack of the version and none in that of the entry.
 */
export class VersionRule extends Construct {
  constructor(scope: Construct, id: string, { version, entry, targetGroup }: VersionRuleProps) {
    super(scope, id);
    const { securityGroupId } = entry.securityGroup;
    const listener = ApplicationListener.fromApplicationListenerAttributes(this, 'Listener', {
      listenerArn: entry.listener.listenerArn,
      // The entry's own stack lets it out to all instances.
      securityGroup: SecurityGroup.fromSecurityGroupId(this, 'Entry', securityGroupId, { allowAllOutbound: true }),
    });
    new ApplicationListenerRule(this, 'Rule', {
      listener,
      priority: versionRulePriority(version),
      conditions: [ListenerCondition.httpHeader(versionHeader, [version])],
      action: ListenerAction.forward([targetGroup]),
    });
  }
}
