import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  TargetGroupNotFoundException,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsSession } from '../aws/session';
import type { TargetGroup } from './resources';

export interface TargetsStatus {
  readonly group: TargetGroup['name'];
  readonly targets: readonly {
    /** Instance and port: `i-0123456789abcdef0:32768`. */
    readonly target: string;
    /** Such as `healthy`, `initial`, `unhealthy`, `draining` or `unused`. */
    readonly state: string;
    /** Why it is not healthy. */
    readonly reason: string | undefined;
  }[];
}

/** The targets of each group, as its load balancer sees them. */
export function readTargets({ client }: AwsSession, groups: readonly TargetGroup[]): Promise<TargetsStatus[]> {
  const balancing = client(ElasticLoadBalancingV2Client);
  return Promise.all(
    groups.map(async ({ name, arn }) => {
      const health = await balancing.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn })).catch((error) => {
        // A stack that is being deleted.
        if (error instanceof TargetGroupNotFoundException) return { TargetHealthDescriptions: [] };
        throw error;
      });
      const targets = (health.TargetHealthDescriptions ?? []).map(({ Target, TargetHealth }) => ({
        target: [Target?.Id, ...(Target?.Port ? [Target.Port] : [])].join(':'),
        state: TargetHealth?.State ?? 'unknown',
        reason: [TargetHealth?.Reason, TargetHealth?.Description].filter(Boolean).join(': ') || undefined,
      }));
      return { group: name, targets };
    }),
  );
}
