import type { Action, TargetGroupTuple } from '@aws-sdk/client-elastic-load-balancing-v2';

/** The target groups that the actions of a rule forward to; none if it does something else. */
export const forwardedGroups = (actions: readonly Action[]): readonly TargetGroupTuple[] =>
  actions.find(isForward)?.ForwardConfig?.TargetGroups ?? [];

/** The actions of a rule, forwarding to these target groups instead; all else of it stays, its stickiness too. */
export const forwardTo = (actions: readonly Action[], groups: readonly TargetGroupTuple[]): Action[] =>
  actions.map((action) => {
    if (!isForward(action)) return action;
    // Beside the list, the address of a single target group has to be the same or missing.
    const { TargetGroupArn: _, ...rest } = action;
    return { ...rest, ForwardConfig: { ...action.ForwardConfig, TargetGroups: [...groups] } };
  });

const isForward = ({ Type }: Action): boolean => Type === 'forward';
