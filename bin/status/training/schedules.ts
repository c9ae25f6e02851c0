import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import type { AwsSession } from '../../aws/session';

/** What starts jobs by the clock. */
export interface ScheduleStatus {
  readonly name: string;
  /** As EventBridge writes it. */
  readonly schedule: string;
  readonly enabled: boolean;
}

/** The schedules that are deployed; one page holds a hundred. */
export async function readSchedules({ client, names }: AwsSession): Promise<ScheduleStatus[]> {
  const prefix = names.trainingSchedule('');
  const { Rules = [] } = await client(EventBridgeClient).send(new ListRulesCommand({ NamePrefix: prefix }));
  return Rules.map(({ Name = '', ScheduleExpression, State }) => ({
    name: Name.slice(prefix.length),
    schedule: ScheduleExpression ?? '',
    enabled: State !== 'DISABLED',
  }));
}
