import { CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';
import type { Version } from '../../config/version';
import type { AwsSession } from './session';

/** A stack as CloudFormation has it. */
export interface StackSummary {
  readonly name: string;
  readonly id: string;
  /** Such as `CREATE_COMPLETE`. */
  readonly state: string;
  /** Why the stack is in this state, where CloudFormation says so. */
  readonly reason: string | undefined;
  readonly outputs: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly terminationProtection: boolean;
  /** Start of the last operation. */
  readonly lastUpdated: Date;
}

/** A stack of this deployment; `version` is set in version stacks only. */
export interface DeploymentStack extends StackSummary {
  readonly version: Version | undefined;
}

/** Whether an operation runs on the stack. */
export const isInProgress = (state: string): boolean => state.endsWith('_IN_PROGRESS');

/** Whether a stack can be deleted now. A deletion that runs is joined; where a stack was only announced nothing runs. */
export const mayBeDeleted = (state: string): boolean =>
  !isInProgress(state) || /^(DELETE|REVIEW)_IN_PROGRESS$/.test(state);

/** Whether the last operation failed, rolled back or not. */
export const isFailed = (state: string): boolean =>
  !isInProgress(state) && (state.endsWith('_FAILED') || state.includes('ROLLBACK'));

/**
 * The stack of that name, or of that id, which is found even after its deletion.
 * @returns undefined if there is none
 */
export async function findStack({ client }: AwsSession, nameOrId: string): Promise<StackSummary | undefined> {
  try {
    const { Stacks: [stack] = [] } = await client(CloudFormationClient).send(
      new DescribeStacksCommand({ StackName: nameOrId }),
    );
    return stack && summary(stack);
  } catch (error) {
    if ((error as Error).name === 'ValidationError' && (error as Error).message.includes('does not exist')) return;
    throw error;
  }
}

/** The stacks of this deployment, by name; those of another prefix are not among them. */
export async function listStacks({ client, names }: AwsSession): Promise<DeploymentStack[]> {
  const found: DeploymentStack[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client(CloudFormationClient).send(new DescribeStacksCommand({ NextToken }));
    for (const stack of page.Stacks ?? []) {
      const known = summary(stack);
      const version = names.versionOfStack(known.name);
      const ours = version || (names.isStack(known.name) && known.tags['modelapp:stack'] === known.name);
      // Stacks whose deletion is done stay in the list for a while.
      if (ours && known.state !== 'DELETE_COMPLETE') found.push({ ...known, version });
    }
    NextToken = page.NextToken;
  } while (NextToken);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function summary(stack: Stack): StackSummary {
  return {
    name: stack.StackName!,
    id: stack.StackId!,
    state: stack.StackStatus!,
    reason: stack.StackStatusReason || undefined,
    outputs: Object.fromEntries((stack.Outputs ?? []).map((output) => [output.OutputKey!, output.OutputValue ?? ''])),
    tags: Object.fromEntries((stack.Tags ?? []).map((tag) => [tag.Key!, tag.Value ?? ''])),
    terminationProtection: stack.EnableTerminationProtection ?? false,
    lastUpdated: stack.DeletionTime ?? stack.LastUpdatedTime ?? stack.CreationTime!,
  };
}
