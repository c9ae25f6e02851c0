import { type Answerer, json } from '../support/loopback';

export interface SentEvent {
  readonly Source: string;
  readonly DetailType: string;
  /** JSON. */
  readonly Detail: string;
}

/** An event bus of EventBridge that keeps what it is sent. */
export class FakeEventBus {
  readonly events: SentEvent[] = [];
  /** Why events are not taken. */
  refusal: string | undefined;

  readonly answerer: Answerer = ({ headers, body }) => {
    if (headers['x-amz-target'] !== 'AWSEvents.PutEvents') return undefined;
    if (this.refusal) return json({ FailedEntryCount: 1, Entries: [{ ErrorCode: this.refusal }] });
    this.events.push(...JSON.parse(body.toString()).Entries);
    return json({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] });
  };
}
