import {
  CloudFormationClient,
  DeleteStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { CommandError } from '../failure';
import { progress } from '../output';
import type { AwsSession } from './session';
import { describeFailure, nextOperation, runningOperation, type StackStep } from './stack-events';
import type { StackSummary } from './stacks';

/** How often a deletion starts again that says `run it again`. */
const repetitions = 10;

/**
 * Deletes a stack, or joins its deletion if that runs already, and shows each step of it. Archiving large tables takes
 * longer than a function may run: a deletion that says so is repeated.
 * @throws {CommandError} naming what could not be deleted first, and why
 */
export async function deleteStack(session: AwsSession, stack: StackSummary): Promise<void> {
  const running = stack.state === 'DELETE_IN_PROGRESS';
  let failures = await failuresOf(running ? runningOperation(session, stack) : await startDeletion(session, stack));
  for (let repetition = 1; failures.some(asksAgain) && repetition <= repetitions; repetition++) {
    progress(`Deleting again (${repetition} of ${repetitions}): ${failures.find(asksAgain)?.reason}`);
    failures = await failuresOf(await startDeletion(session, stack));
  }
  const [first] = failures;
  if (first) throw new CommandError(`${stack.name} was not deleted: ${describeFailure(first)}`);
}

/** Lets a stack be deleted that is protected against it. */
export async function liftProtection(
  { client }: AwsSession,
  { id, terminationProtection }: StackSummary,
): Promise<void> {
  if (!terminationProtection) return;
  await client(CloudFormationClient).send(
    new UpdateTerminationProtectionCommand({ StackName: id, EnableTerminationProtection: false }),
  );
}

async function startDeletion(session: AwsSession, stack: StackSummary): Promise<AsyncIterable<StackStep>> {
  const steps = await nextOperation(session, stack);
  await session.client(CloudFormationClient).send(new DeleteStackCommand({ StackName: stack.id }));
  return steps;
}

/**
 * Shows the steps; those that failed come back, causes before the failure of the stack as a whole. A deletion that
 * CloudFormation cancels, as of an export in use, fails no step: it ends with the state that the stack had.
 */
async function failuresOf(steps: AsyncIterable<StackStep>): Promise<StackStep[]> {
  const failures: StackStep[] = [];
  let last: StackStep | undefined;
  for await (const step of steps) {
    showStep(step);
    if (step.state === 'DELETE_FAILED') failures.push(step);
    last = step;
  }
  if (failures.length === 0 && last?.state !== 'DELETE_COMPLETE') return last ? [last] : [];
  return failures;
}

const asksAgain = ({ reason }: StackStep): boolean => reason?.includes('run it again') ?? false;

function showStep({ at, state, type, resource, reason }: StackStep): void {
  const time = at.toTimeString().slice(0, 8);
  progress(
    [`${time}  ${state.padEnd(18)}  ${type}  ${resource}`, ...(reason ? [`          ${reason}`] : [])].join('\n'),
  );
}
