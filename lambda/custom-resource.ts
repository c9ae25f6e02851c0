import type { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';

/** What a handler tells CloudFormation of the resource. */
export interface Outcome {
  readonly physicalResourceId: string;
}

/** How long a handler may still work. */
export type RemainingMs = () => number;

export type HandleRequest = (event: CloudFormationCustomResourceEvent, remaining: RemainingMs) => Promise<Outcome>;

/** The id of a resource whose creation failed. CloudFormation deletes it next, which must remove nothing. */
export const refused = 'refused';

/** Kept back of a function's time for the answer. */
const answerMs = 10_000;

/** CloudFormation reads an answer of at most 4 KiB. */
const longestReason = 1000;

/**
 * The handler of a custom resource. CloudFormation waits for an answer for as long as an hour, so each request is answered,
 * once, whatever happens: also if `handle` fails or takes longer than the function may.
 */
export const customResource =
  (handle: HandleRequest) =>
  async (event: CloudFormationCustomResourceEvent, context: Context): Promise<void> => {
    const remaining = () => context.getRemainingTimeInMillis() - answerMs;
    const answer = await outcome(handle, event, remaining).then(
      ({ physicalResourceId }) => ({ Status: 'SUCCESS', PhysicalResourceId: physicalResourceId }),
      (error: Error) => {
        const reason = error.message.slice(0, longestReason);
        console.error(`${event.RequestType} of ${event.LogicalResourceId} failed: ${reason}`);
        return { Status: 'FAILED', Reason: reason, PhysicalResourceId: currentId(event) };
      },
    );
    await send(event, answer);
  };

async function outcome(
  handle: HandleRequest,
  event: CloudFormationCustomResourceEvent,
  remaining: RemainingMs,
): Promise<Outcome> {
  if (event.RequestType === 'Delete' && event.PhysicalResourceId === refused) return { physicalResourceId: refused };
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('ran out of time: run it again')), Math.max(0, remaining()));
  });
  return Promise.race([handle(event, remaining), timeout]).finally(() => clearTimeout(timer));
}

const currentId = (event: CloudFormationCustomResourceEvent): string =>
  event.RequestType === 'Create' ? refused : event.PhysicalResourceId;

async function send(event: CloudFormationCustomResourceEvent, answer: Record<string, string>): Promise<void> {
  const { StackId, RequestId, LogicalResourceId } = event;
  const body = Buffer.from(JSON.stringify({ ...answer, StackId, RequestId, LogicalResourceId }));
  for (let attempt = 1; ; attempt++) {
    try {
      // The address is signed for an upload without content type.
      const response = await fetch(event.ResponseURL, { method: 'PUT', body, headers: { 'content-type': '' } });
      if (response.ok) return;
      throw new Error(`CloudFormation answered ${response.status}`);
    } catch (error) {
      if (attempt === 5) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** attempt));
    }
  }
}
