import { setTimeout } from 'node:timers/promises';
import { CloudFormationClient, DescribeStackEventsCommand, type StackEvent } from '@aws-sdk/client-cloudformation';
import type { AwsSession } from './session';
import { isInProgress, type StackSummary } from './stacks';

/** A step of an operation on a stack. */
export interface StackStep {
  readonly at: Date;
  /** Logical id of the resource; of the stack itself its name. */
  readonly resource: string;
  /** Such as `AWS::ECS::Service`. */
  readonly type: string;
  /** Such as `CREATE_FAILED`. */
  readonly state: string;
  readonly reason: string | undefined;
}

/** What failed first in the last operation on a stack; undefined if nothing did. */
export async function firstFailure(
  session: AwsSession,
  { id }: Pick<StackSummary, 'id'>,
): Promise<StackStep | undefined> {
  let first: StackEvent | undefined;
  for await (const event of newestFirst(session, id)) {
    if (event.ResourceStatus?.endsWith('_FAILED') && !isConsequence(event)) first = event;
    if (startsOperation(event, id)) break;
  }
  return first && step(first);
}

/** What an operation on a stack did last, in one line. */
export async function latestStep(session: AwsSession, { id }: Pick<StackSummary, 'id'>): Promise<string | undefined> {
  const { value: event } = await newestFirst(session, id).next();
  return event && `${event.LogicalResourceId} ${event.ResourceStatus}`;
}

/** A failure in one line: what failed, and why. */
export const describeFailure = ({ resource, reason, state }: StackStep): string => `${resource}: ${reason ?? state}`;

/** What CloudFormation stopped because something else had failed. */
const isConsequence = ({ ResourceStatusReason = '' }: StackEvent): boolean =>
  /^Resource (creation|update|deletion) cancelled/i.test(ResourceStatusReason);

const isOfStack = ({ PhysicalResourceId }: StackEvent, stackId: string): boolean => PhysicalResourceId === stackId;

const startsOperation = (event: StackEvent, stackId: string): boolean =>
  isOfStack(event, stackId) && /^(CREATE|UPDATE|DELETE|IMPORT)_IN_PROGRESS$/.test(event.ResourceStatus ?? '');

/**
 * The steps of the next operation on a stack, as they happen, to its end. Asked for before the operation starts, so that none is missed:
 *
 *     const steps = await nextOperation(session, stack);
 *     await client.send(new DeleteStackCommand({ StackName: stack.id }));
 *     for await (const step of steps) show(step);
 *
 * @param stack by its id rather than its name, by which a stack is not found any more once it is deleted
 * @param pollMs time between two looks
 */
export async function nextOperation(
  session: AwsSession,
  { id }: Pick<StackSummary, 'id'>,
  pollMs = 3_000,
): Promise<AsyncIterable<StackStep>> {
  const { value: last } = await newestFirst(session, id).next();
  return stepsAfter(session, id, last?.EventId, pollMs);
}

/** The steps of the operation that runs on a stack, from its start to its end. */
export function runningOperation(
  session: AwsSession,
  { id }: Pick<StackSummary, 'id'>,
  pollMs = 3_000,
): AsyncIterable<StackStep> {
  return stepsAfter(session, id, undefined, pollMs);
}

async function* stepsAfter(
  session: AwsSession,
  stackId: string,
  lastSeen: string | undefined,
  pollMs: number,
): AsyncGenerator<StackStep> {
  let seen = lastSeen;
  while (true) {
    // By id: what happens between two pages moves events of the one into the other, where they come again.
    const fresh = new Map<string, StackEvent>();
    for await (const event of newestFirst(session, stackId)) {
      if (event.EventId === seen) break;
      fresh.set(event.EventId!, event);
      if (seen === undefined && startsOperation(event, stackId)) break;
    }
    for (const event of [...fresh.values()].reverse()) {
      seen = event.EventId;
      yield step(event);
      if (isOfStack(event, stackId) && !isInProgress(event.ResourceStatus!)) return;
    }
    await setTimeout(pollMs);
  }
}

async function* newestFirst({ client }: AwsSession, stackId: string): AsyncGenerator<StackEvent, undefined> {
  let NextToken: string | undefined;
  do {
    const page = await client(CloudFormationClient).send(
      new DescribeStackEventsCommand({ StackName: stackId, NextToken }),
    );
    yield* page.StackEvents ?? [];
    NextToken = page.NextToken;
  } while (NextToken);
}

const step = (event: StackEvent): StackStep => ({
  at: event.Timestamp!,
  resource: event.LogicalResourceId!,
  type: event.ResourceType!,
  state: event.ResourceStatus!,
  reason: event.ResourceStatusReason || undefined,
});
