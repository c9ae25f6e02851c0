import { DeleteParameterCommand, GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { type GuardRecord, parseGuardRecord } from '../../lambda/rollout-guard/guard-record';
import type { AwsSession } from '../aws/session';

/** What the rollout guard did since the split was deployed; undefined if it did nothing. */
export async function readGuardRecord({ client, names }: AwsSession): Promise<GuardRecord | undefined> {
  try {
    const { Parameter } = await client(SSMClient).send(new GetParameterCommand({ Name: names.guardParameter }));
    return Parameter?.Value ? parseGuardRecord(Parameter.Value) : undefined;
  } catch (error) {
    if (error instanceof ParameterNotFound) return undefined;
    throw error;
  }
}

/** Forgets what the guard did to a split that another one has replaced. */
export async function clearGuardRecord({ client, names }: AwsSession): Promise<void> {
  try {
    await client(SSMClient).send(new DeleteParameterCommand({ Name: names.guardParameter }));
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
  }
}
