import type { ClientBase } from 'pg';
import { describeDataSource, type EventSource } from '../../../config/models/data-source';
import { DataError, DataExitCode } from '../../data-error';

/** Where the event server keeps the events of a source apart from others. */
export interface EventPlace {
  readonly app: number;
  /** 0 is the default channel. */
  readonly channel: number;
}

/**
 * Finds the app and the channel that a source names.
 * @throws {DataError} saying how to make what is not there
 */
export async function findEventPlace(client: ClientBase, source: EventSource): Promise<EventPlace> {
  const { events, channel } = source;
  const { rows: apps } = await client.query<{ id: number }>('select id from apps where name = $1', [events]);
  const app = apps[0]?.id;
  if (app === undefined) {
    throw new DataError(
      `${describeDataSource(source)}: there is no such app; make it with: modelapp app new ${events}`,
      DataExitCode.absent,
    );
  }
  if (channel === undefined) return { app, channel: 0 };
  const { rows: channels } = await client.query<{ id: number }>(
    'select id from channels where app = $1 and name = $2',
    [app, channel],
  );
  if (!channels[0]) {
    throw new DataError(
      `${describeDataSource(source)}: there is no such channel; ` +
        `make it with: modelapp app channel-new ${events} ${channel}`,
      DataExitCode.absent,
    );
  }
  return { app, channel: channels[0].id };
}
