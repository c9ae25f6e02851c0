import type { Answerer, LoopbackAnswer } from '../../../lambda/support/loopback';

export interface FakeStackEvent {
  readonly id: string;
  readonly resource: string;
  readonly state: string;
  readonly reason?: string;
  /** Whether it tells of the stack itself. */
  readonly ofStack?: boolean;
}

export interface FakeStack {
  readonly name: string;
  state: string;
  readonly reason?: string;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  protected?: boolean;
  /** The oldest first. */
  events?: FakeStackEvent[];
  readonly template?: object;
}

export const stackId = (name: string): string =>
  `arn:aws:cloudformation:eu-central-1:123456789012:stack/${name}/0a1b2c3d`;

/** What became of a resource that CloudFormation was to delete. */
export type Deletion = Pick<FakeStackEvent, 'resource' | 'reason'>;

/** CloudFormation that shows stacks and their events, one to a page, and deletes them. */
export class FakeCloudFormation {
  /** Deletes the resources of a stack; those with a reason could not be deleted. */
  deleting: (stack: FakeStack) => Promise<readonly Deletion[]> = async () => [];

  /** Why no deletion is begun, as while an export is in use. */
  cancelling: string | undefined;

  /** Runs before events are shown. */
  showing: () => Promise<void> = async () => {};

  constructor(readonly stacks: FakeStack[] = []) {}

  readonly answerer: Answerer = async ({ body }) => {
    const input = new URLSearchParams(body.toString());
    const name = input.get('StackName');
    switch (input.get('Action')) {
      case 'DescribeStacks':
        return name === null ? this.list(Number(input.get('NextToken') ?? 0)) : this.describe(name);
      case 'DescribeStackEvents':
        await this.showing();
        return this.events(name!, Number(input.get('NextToken') ?? 0));
      case 'GetTemplate':
        return answer('GetTemplate', element('TemplateBody', JSON.stringify(this.find(name!)?.template ?? {})));
      case 'UpdateTerminationProtection':
        this.find(name!)!.protected = input.get('EnableTerminationProtection') === 'true';
        return answer('UpdateTerminationProtection', element('StackId', name!));
      case 'DeleteStack':
        return this.delete(name!);
      default:
        return undefined;
    }
  };

  private find(nameOrId: string): FakeStack | undefined {
    const deleted = ({ state }: FakeStack) => state === 'DELETE_COMPLETE';
    return this.stacks.find((stack) => (stack.name === nameOrId ? !deleted(stack) : stackId(stack.name) === nameOrId));
  }

  private describe(nameOrId: string): LoopbackAnswer {
    const stack = this.find(nameOrId);
    if (!stack) return failure('ValidationError', `Stack with id ${nameOrId} does not exist`);
    return answer('DescribeStacks', `<Stacks>${member(stackXml(stack))}</Stacks>`);
  }

  private list(page: number): LoopbackAnswer {
    const stack = this.stacks[page];
    const next = page + 1 < this.stacks.length ? `<NextToken>${page + 1}</NextToken>` : '';
    return answer('DescribeStacks', `<Stacks>${stack ? member(stackXml(stack)) : ''}</Stacks>${next}`);
  }

  private async delete(nameOrId: string): Promise<LoopbackAnswer> {
    const stack = this.find(nameOrId);
    if (!stack || stack.state === 'DELETE_COMPLETE') return answer('DeleteStack', '');
    if (stack.protected)
      return failure('ValidationError', `Stack [${nameOrId}] cannot be deleted while it is protected`);
    stack.events ??= [];
    const { events } = stack;
    const tell = (event: Omit<FakeStackEvent, 'id'>) => events.push({ id: String(events.length + 1), ...event });
    if (this.cancelling) {
      tell({ resource: stack.name, state: stack.state, reason: this.cancelling, ofStack: true });
      return answer('DeleteStack', '');
    }
    tell({ resource: stack.name, state: 'DELETE_IN_PROGRESS', ofStack: true });
    const deletions = await this.deleting(stack);
    for (const deletion of deletions)
      tell({ ...deletion, state: deletion.reason ? 'DELETE_FAILED' : 'DELETE_COMPLETE' });
    stack.state = deletions.some(({ reason }) => reason) ? 'DELETE_FAILED' : 'DELETE_COMPLETE';
    tell({ resource: stack.name, state: stack.state, ofStack: true });
    return answer('DeleteStack', '');
  }

  private events(nameOrId: string, page: number): LoopbackAnswer {
    const stack = this.find(nameOrId);
    const events = [...(stack?.events ?? [])].reverse();
    const event = events[page];
    const next = page + 1 < events.length ? `<NextToken>${page + 1}</NextToken>` : '';
    const shown = stack && event ? member(eventXml(stack, event)) : '';
    return answer('DescribeStackEvents', `<StackEvents>${shown}</StackEvents>${next}`);
  }
}

const member = (xml: string): string => `<member>${xml}</member>`;
const element = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `<${name}>${value}</${name}>`;

const pairs = (name: string, key: string, value: string, entries: Readonly<Record<string, string>> = {}): string =>
  element(
    name,
    Object.entries(entries)
      .map((entry) => member(element(key, entry[0]) + element(value, entry[1])))
      .join(''),
  );

const stackXml = (stack: FakeStack): string =>
  [
    element('StackName', stack.name),
    element('StackId', stackId(stack.name)),
    element('CreationTime', '2026-01-02T03:04:05Z'),
    element('StackStatus', stack.state),
    element('StackStatusReason', stack.reason),
    element('EnableTerminationProtection', String(stack.protected ?? false)),
    pairs('Outputs', 'OutputKey', 'OutputValue', stack.outputs),
    pairs('Tags', 'Key', 'Value', stack.tags),
  ].join('');

const eventXml = (stack: FakeStack, event: FakeStackEvent): string =>
  [
    element('StackId', stackId(stack.name)),
    element('StackName', stack.name),
    element('EventId', event.id),
    element('LogicalResourceId', event.resource),
    element('PhysicalResourceId', event.ofStack ? stackId(stack.name) : `physical-${event.resource}`),
    element('ResourceType', event.ofStack ? 'AWS::CloudFormation::Stack' : 'AWS::ECS::Service'),
    element('Timestamp', '2026-01-02T03:04:05Z'),
    element('ResourceStatus', event.state),
    element('ResourceStatusReason', event.reason),
  ].join('');

const answer = (operation: string, xml: string): LoopbackAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/xml' },
  body: `<${operation}Response xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><${operation}Result>${xml}</${operation}Result></${operation}Response>`,
});

/** How services of the query protocol tell a failure. */
export const failure = (code: string, message: string, status = 400): LoopbackAnswer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});
