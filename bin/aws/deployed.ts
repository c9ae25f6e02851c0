import type { DeployTarget } from '../../config/names';
import { CommandError, ExitCode } from '../failure';
import type { AwsSession } from './session';
import { describeFailure, firstFailure } from './stack-events';
import { findStack, isFailed, isInProgress, listStacks, type StackSummary } from './stacks';

/** Where a change set was made and never executed there is a name, and no stack yet. */
const isEmpty = ({ state }: StackSummary): boolean => state === 'REVIEW_IN_PROGRESS';

/**
 * A stack that is there, in whatever state.
 * @throws {CommandError} naming the versions that are deployed, and what is in progress or failed, if it is not
 */
export async function requireStack(session: AwsSession, name: string): Promise<StackSummary> {
  const stack = await findStack(session, name);
  if (stack && !isEmpty(stack)) return stack;
  const others = (await listStacks(session)).filter((other) => !isEmpty(other));
  const versions = others.flatMap(({ version }) => version ?? []).join(', ') || 'no version';
  const unsettled = others
    .filter(({ state, version }) => isInProgress(state) || (version === undefined && isFailed(state)))
    .map((other) => `; ${other.name} is ${other.state}`);
  throw new CommandError(
    `${name} is not deployed in ${session.region}; deployed: ${versions}${unsettled.join('')}`,
    ExitCode.absent,
  );
}

/**
 * A stack that is there and whose resources stand: its last operation was done, or was rolled back to what stood before.
 * @throws {CommandError} with its state, and what to do
 */
export async function requireWorkingStack(session: AwsSession, name: string): Promise<StackSummary> {
  const stack = await requireStack(session, name);
  const { state } = stack;
  if (isInProgress(state)) {
    throw new CommandError(inProgress(stack, session.names.targetOfStack(name)), ExitCode.absent);
  }
  if (isFailed(state) && !isRolledBack(state)) {
    throw new CommandError(`${name} is ${await explainFailure(session, stack)}`, ExitCode.absent);
  }
  return stack;
}

/** Why a stack cannot be worked on now: something else does. */
export function inProgress({ name, state }: StackSummary, target: DeployTarget | undefined): string {
  const command = target ? `modelapp status ${target}` : 'modelapp status';
  return `${name} is ${state}: wait until that has ended; ${command} shows it`;
}

/** Whether an update failed and left what was there before. */
export const isRolledBack = (state: string): boolean => /^(UPDATE|IMPORT)_ROLLBACK_COMPLETE$/.test(state);

/** Why a stack is in a failed state, and the command that leads out of it. */
export async function explainFailure(session: AwsSession, stack: StackSummary): Promise<string> {
  const failure = await firstFailure(session, stack);
  const reason = failure ? describeFailure(failure) : (stack.reason ?? 'CloudFormation gives no reason');
  return `${stack.state} (${reason}); next: ${nextCommand(session, stack)}`;
}

/**
 * Refuses a stack that cannot be deployed now; one that is not there can.
 * @throws {CommandError} with its state, why it is in that state, and what to do
 */
export async function requireDeployable(session: AwsSession, stack: StackSummary | undefined): Promise<void> {
  if (!stack || isEmpty(stack)) return;
  const { name, state } = stack;
  if (isInProgress(state)) {
    throw new CommandError(inProgress(stack, session.names.targetOfStack(name)), ExitCode.refused);
  }
  if (isFailed(state) && !deployable.test(state)) {
    throw new CommandError(`${name} is ${await explainFailure(session, stack)}`, ExitCode.refused);
  }
}

/** States that a deployment leads out of; the CDK CLI replaces what was rolled back altogether. */
const deployable = /^(UPDATE_FAILED|ROLLBACK_COMPLETE|(UPDATE|IMPORT)_ROLLBACK_COMPLETE)$/;

function nextCommand({ names, version: current }: AwsSession, { name, state }: StackSummary): string {
  if (state === 'UPDATE_ROLLBACK_FAILED') return `npx cdk rollback ${name}`;
  const version = names.versionOfStack(name);
  if (version && !deployable.test(state)) return `modelapp revert ${version}`;
  if (version) return version === current ? 'modelapp deploy' : `modelapp deploy ${version}`;
  if (name === names.splitStack) return 'modelapp split off';
  const rolling = { [names.eventsStack]: 'events', [names.trainingStack]: 'training' }[name];
  if (rolling)
    return deployable.test(state) ? `modelapp deploy ${rolling}` : `npx cdk destroy ${name} -c ${rolling}=true`;
  if (!deployable.test(state)) return `npx cdk destroy ${name} --exclusively`;
  return name === names.trafficStack ? 'modelapp deploy --traffic' : 'modelapp deploy';
}
