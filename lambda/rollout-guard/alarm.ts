import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { EventBridgeEvent } from 'aws-lambda';
import type { SplitVersion } from './decision';

const client = new CloudWatchClient();

/** `CloudWatch Alarm State Change`, as far as the guard reads it. */
export type AlarmStateChange = EventBridgeEvent<
  'CloudWatch Alarm State Change',
  {
    readonly alarmName: string;
    readonly state: { readonly value: string; readonly reason?: string; readonly timestamp: string };
  }
>;

/** An alarm of one of the split's versions that fired. */
export interface FiredAlarm {
  readonly version: string;
  readonly alarm: string;
  /** ISO 8601, UTC. */
  readonly firedAt: string;
  readonly reason: string;
}

/** An SSM parameter takes 4 KiB, in which the reasons of all versions but one have to find room. */
const longestReason = 240;

/** @returns undefined if the event is not that an alarm of these versions fired */
export function firedAlarm({ detail }: AlarmStateChange, split: readonly SplitVersion[]): FiredAlarm | undefined {
  const { alarmName: alarm, state } = detail;
  const owner = split.find(({ alarms }) => alarms.includes(alarm));
  if (!owner || state.value !== 'ALARM') return undefined;
  const firedAt = new Date(state.timestamp).toISOString();
  return { version: owner.version, alarm, firedAt, reason: (state.reason ?? '').slice(0, longestReason) };
}

/** Whether an alarm still says what it said when its event was sent. */
export async function isOn(alarm: string): Promise<boolean> {
  const { MetricAlarms } = await client.send(new DescribeAlarmsCommand({ AlarmNames: [alarm] }));
  return MetricAlarms?.[0]?.StateValue === 'ALARM';
}
