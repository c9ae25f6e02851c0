import type { Answerer } from './loopback';

export interface Notice {
  readonly subject: string;
  readonly message: string;
}

/** An SNS topic that keeps what is published. */
export class FakeTopic {
  readonly notices: Notice[] = [];
  /** How many notices to refuse first. */
  refusals = 0;

  constructor(private readonly arn: string) {}

  readonly answerer: Answerer = ({ headers, body }) => {
    const form = new URLSearchParams(body.toString());
    if (!String(headers.authorization).includes('/sns/') || form.get('TopicArn') !== this.arn) return undefined;
    if (this.refusals-- > 0) return { status: 400, headers: { 'content-type': 'text/xml' }, body: refusal };
    this.notices.push({ subject: form.get('Subject')!, message: form.get('Message')! });
    const answer = '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>';
    return { status: 200, headers: { 'content-type': 'text/xml' }, body: answer };
  };
}

const refusal =
  '<ErrorResponse><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>refused</Message></Error></ErrorResponse>';
