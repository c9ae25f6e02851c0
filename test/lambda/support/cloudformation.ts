import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import type { Answerer } from './loopback';

/** What a custom resource answered. */
export interface Answer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly PhysicalResourceId: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}

/** The side of CloudFormation that waits for answers. */
export class FakeCloudFormation {
  readonly answers: Answer[] = [];
  /** Content types of the answers, which would break the signature of the real address. */
  readonly contentTypes: (string | undefined)[] = [];
  /** How many answers to refuse with 503 first. */
  refusals = 0;
  /** How many answers to leave unread first. */
  silences = 0;
  /** Runs before an answer is taken. */
  answering: () => Promise<unknown> = async () => {};

  readonly answerer: Answerer = async ({ method, path, headers, body }) => {
    if (method !== 'PUT' || path !== '/cloudformation') return undefined;
    await this.answering();
    if (this.silences-- > 0) return new Promise(() => {});
    if (this.refusals-- > 0) return { status: 503 };
    this.contentTypes.push(headers['content-type']);
    this.answers.push(JSON.parse(body.toString()));
    return { status: 200 };
  };

  get last(): Answer {
    return this.answers.at(-1)!;
  }
}

export const stackId = 'arn:aws:cloudformation:eu-central-1:111111111111:stack/ModelApp-1-2-0/7e1f-42';

/** A request for a custom resource, answered to `url`. */
export function request(
  url: string,
  type: 'Create' | 'Update' | 'Delete',
  properties: Record<string, string>,
  physicalResourceId?: string,
): CloudFormationCustomResourceEvent {
  return {
    RequestType: type,
    ResponseURL: `${url}/cloudformation`,
    StackId: stackId,
    RequestId: 'request-1',
    LogicalResourceId: 'Resource',
    ResourceType: 'Custom::Test',
    ServiceToken: 'arn',
    ResourceProperties: { ServiceToken: 'arn', Contract: '1', ...properties },
    ...(physicalResourceId && { PhysicalResourceId: physicalResourceId }),
  } as CloudFormationCustomResourceEvent;
}
