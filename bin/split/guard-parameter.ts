import { GetParameterCommand, ParameterNotFound, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { emptyRecord, type GuardRecord, parseGuardRecord } from '../../lambda/rollout-guard/guard-record';
import type { AwsSession } from '../aws/session';

/** What the rollout guard did since the split was deployed; undefined if there is no split. */
export async function readGuardRecord({ client, names }: AwsSession): Promise<GuardRecord | undefined> {
  try {
    const { Parameter } = await client(SSMClient).send(new GetParameterCommand({ Name: names.guardParameter }));
    return Parameter?.Value ? parseGuardRecord(Parameter.Value) : undefined;
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  }
}

/** Notes that the versions are back that the guard took out; the deployment of another split does so by itself. */
export async function forgetRemovals({ client, names }: AwsSession, record: GuardRecord): Promise<void> {
  const Value = JSON.stringify(emptyRecord(record.split));
  await client(SSMClient).send(new PutParameterCommand({ Name: names.guardParameter, Value, Overwrite: true }));
}
