import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { type AlarmKind, alarmKinds, type ServiceName } from '../../config/names';
import type { AwsSession } from '../aws/session';

/** An alarm by its name. */
export interface NamedAlarm {
  readonly name: string;
  /** `OK`, `ALARM` or `INSUFFICIENT_DATA`; undefined while there is no such alarm. */
  readonly state: string | undefined;
  readonly since: Date | undefined;
  readonly reason: string | undefined;
}

export interface AlarmStatus extends NamedAlarm {
  readonly kind: AlarmKind;
}

/** The alarms that every service has. */
export async function readAlarms(session: AwsSession, service: ServiceName): Promise<AlarmStatus[]> {
  const alarms = await readNamedAlarms(
    session,
    alarmKinds.map((kind) => session.names.monitoring(service, kind)),
  );
  return alarms.map((alarm, index) => ({ kind: alarmKinds[index]!, ...alarm }));
}

/** The alarms of these names, in their order. */
export async function readNamedAlarms({ client }: AwsSession, names: readonly string[]): Promise<NamedAlarm[]> {
  const { MetricAlarms = [] } = await client(CloudWatchClient).send(
    new DescribeAlarmsCommand({ AlarmNames: [...names] }),
  );
  return names.map((name) => {
    const alarm = MetricAlarms.find(({ AlarmName }) => AlarmName === name);
    return {
      name,
      state: alarm?.StateValue,
      since: alarm?.StateTransitionedTimestamp ?? alarm?.StateUpdatedTimestamp,
      reason: alarm?.StateReason || undefined,
    };
  });
}
