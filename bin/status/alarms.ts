import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { type AlarmKind, alarmKinds, type ServiceName } from '../../config/names';
import type { AwsSession } from '../aws/session';

export interface AlarmStatus {
  readonly kind: AlarmKind;
  readonly name: string;
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`; undefined while there is no such alarm. */
  readonly state: string | undefined;
  readonly since: Date | undefined;
  readonly reason: string | undefined;
}

/** The alarms that every service has. */
export async function readAlarms({ client, names }: AwsSession, service: ServiceName): Promise<AlarmStatus[]> {
  const expected = alarmKinds.map((kind) => ({ kind, name: names.monitoring(service, kind) }));
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
