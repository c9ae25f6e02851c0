import { explainFailure } from '../aws/deployed';
import type { AwsSession } from '../aws/session';
import { latestStep } from '../aws/stack-events';
import { isFailed, isInProgress, listStacks, type StackSummary } from '../aws/stacks';

/** How a stack is. */
export interface StackStatus {
  readonly name: string;
  readonly state: string;
  readonly since: Date;
  /** Why the stack failed, and the command that leads out of it. */
  readonly failure: string | undefined;
  /** The last step of an operation that runs. */
  readonly step: string | undefined;
}

/** The other stacks of the deployment that are no version's. */
export async function readSharedStacks(session: AwsSession, { id: own }: StackSummary): Promise<StackStatus[]> {
  const shared = (await listStacks(session)).filter(({ version, id }) => version === undefined && id !== own);
  return Promise.all(shared.map((stack) => readStackStatus(session, stack)));
}

export async function readStackStatus(session: AwsSession, stack: StackSummary): Promise<StackStatus> {
  const { name, state, lastUpdated: since } = stack;
  return {
    name,
    state,
    since,
    // While it rolls back what failed is known already.
    failure: isFailed(state) || state.includes('ROLLBACK') ? await explainFailure(session, stack) : undefined,
    step: isInProgress(state) ? await latestStep(session, stack) : undefined,
  };
}

/** Why stacks failed, a line each. */
export const stackFailures = (stack: StackStatus, shared: readonly StackStatus[]): string[] => [
  ...(stack.failure ? [stack.failure] : []),
  ...shared.flatMap(({ name, failure }) => (failure ? [`${name} is ${failure}`] : [])),
];

/** `2026-01-02 03:04 UTC` */
export const time = (date: Date): string => `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
