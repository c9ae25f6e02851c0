import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { OutputManifest, OutputRevision } from '../../../config/training/training-output';

const events = new EventBridgeClient();

/** What a job that succeeded says: where its model is, and how well that does. */
export interface TrainedModel {
  readonly jobId: string;
  /** `s3://bucket/folder/` */
  readonly model: string;
  /** Names of the model's files, below that. */
  readonly files: readonly string[];
  /** Null without validation data. */
  readonly evaluation: OutputManifest['evaluation'] | null;
}

/** What the job of a model says: which revision it made, if any. */
export interface TrainedRevision extends OutputRevision {
  readonly jobId: string;
}

/** What a job that succeeded says. */
export type JobResult = TrainedModel | TrainedRevision;

/** Tells on the account's event bus what a job made. A step that is repeated may tell it twice. */
export async function announceModel(trained: JobResult): Promise<void> {
  const { Entries = [] } = await events.send(
    new PutEventsCommand({
      Entries: [{ Source: 'modelapp', DetailType: 'ModelTrained', Detail: JSON.stringify(trained) }],
    }),
  );
  const [{ ErrorCode, ErrorMessage } = {}] = Entries;
  if (ErrorCode) throw new Error(`the event ModelTrained was not taken: ${ErrorMessage ?? ErrorCode}`);
}
