import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { type AlarmKind, alarmKinds } from '../../config/names';
import type { Version } from '../../config/version';
import type { AwsSession } from '../aws/session';

export interface AlarmStatus {
  readonly kind: AlarmKind;
  readonly name: string;
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`; undefined while there is no such alarm. */
  readonly state: string | undefined;
  readonly since: Date | undefined;
  readonly reason: string | undefined;
}

/** The alarms that every version has. */
export async function readAlarms({ client, names }: AwsSession, version: Version): Promise<AlarmStatus[]> {
  const expected = alarmKinds.map((kind) => ({ kind, name: names.monitoring(version, kind) }));
  const { MetricAlarms = [] } = await client(CloudWatchClient).send(
    new DescribeAlarmsCommand({ AlarmNames: expected.map(({ name }) => name) }),
  );
  return expected.map(({ kind, name }) => {
    const alarm = MetricAlarms.find(({ AlarmName }) => AlarmName === name);
    return {
      kind,
      name,
      state: alarm?.StateValue,
      since: alarm?.StateTransitionedTimestamp ?? alarm?.StateUpdatedTimestamp,
      reason: alarm?.StateReason || undefined,
    };
  });
}
