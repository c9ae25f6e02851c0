import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { type Deadline, withinTime } from './deadline';

/** What a handler tells CloudFormation of the resource. */
export interface Outcome {
  readonly physicalResourceId: string;
}

export type HandleRequest = (event: CloudFormationCustomResourceEvent, deadline: Deadline) => Promise<Outcome>;

/** The id of a resource whose creation failed. CloudFormation deletes it next, which must remove nothing. */
export const refused = 'refused';

/** CloudFormation reads an answer of at most 4 KiB. */
const longestReason = 1000;

/** How often an answer is sent that does not arrive, and how long each time may take. */
const sendings = 10;
const sendingMs = 3_000;

/**
 * The handler of a custom resource. CloudFormation waits for an answer for as long as an hour, so each request is answered,
 * once, whatever happens: also if `handle` fails or takes longer than the function may.
 */
export const customResource =
  (handle: HandleRequest) =>
  async (event: CloudFormationCustomResourceEvent, context: Context): Promise<void> => {
    const answer = await outcome(handle, event, context).then(
      ({ physicalResourceId }) => ({ Status: 'SUCCESS', PhysicalResourceId: physicalResourceId }),
      (error) => {
        const reason = reasonOf(error).slice(0, longestReason);
        console.error(`${event.RequestType} of ${event.LogicalResourceId} failed: ${reason}`);
        return { Status: 'FAILED', Reason: reason, PhysicalResourceId: currentId(event) };
      },
    );
    await send(event, answer, context);
  };

async function outcome(
  handle: HandleRequest,
  event: CloudFormationCustomResourceEvent,
  context: Context,
): Promise<Outcome> {
  if (event.RequestType === 'Delete' && event.PhysicalResourceId === refused) return { physicalResourceId: refused };
  return withinTime(context, (deadline) => handle(event, deadline));
}

/** Of a failed connection to several addresses each has its own reason, and the whole has none. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return (error instanceof Error && (error.message || error.name)) || String(error);
}

const currentId = (event: CloudFormationCustomResourceEvent): string =>
  event.RequestType === 'Create' ? refused : event.PhysicalResourceId;

async function send(
  event: CloudFormationCustomResourceEvent,
  answer: Record<string, string>,
  context: Context,
): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const body = Buffer.from(JSON.stringify({ ...answer, StackId, RequestId, LogicalResourceId }));
  for (let sending = 1; ; sending++) {
    try {
      const response = await fetch(event.ResponseURL, {
        method: 'PUT',
        body,
        // The address is signed for an upload without content type.
        headers: { 'content-type': '' },
        signal: AbortSignal.timeout(sendingMs),
      });
      if (response.ok) return;
      throw new Error(`CloudFormation answered ${response.status}`);
    } catch (error) {
      const pause = Math.min(200 * 2 ** sending, 5_000);
      if (sending === sendings || context.getRemainingTimeInMillis() <= pause) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
