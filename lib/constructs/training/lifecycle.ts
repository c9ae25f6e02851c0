import { PlacementConstraint } from 'aws-cdk-lib/aws-ecs';

/** The attribute of a machine that tells whether AWS may take it back; its values are those of EC2's metadata. */
export const lifecycleAttribute = 'modelapp.lifecycle';

export type Lifecycle = 'on-demand' | 'spot';

/** Places tasks only on machines that stay, or only on those that AWS may take back. */
export const onlyOn = (lifecycle: Lifecycle): PlacementConstraint =>
  PlacementConstraint.memberOf(`attribute:${lifecycleAttribute} == ${lifecycle}`);
