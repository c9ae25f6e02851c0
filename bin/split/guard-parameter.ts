import { GetParameterCommand, ParameterNotFound, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { emptyRecord, type GuardRecord, parseGuardRecord } from '../../lambda/rollout-guard/guard-record';
import { asCommandError, reasonOf } from '../aws/errors';
import type { AwsSession } from '../aws/session';

/** What is known of the rollout guard. */
export interface GuardReading {
  /** What it did since the split was deployed; undefined if there is no split, or if the record cannot be read. */
  readonly record: GuardRecord | undefined;
  /** Why the record cannot be read; undefined if it can, or if there is none. */
  readonly fault: string | undefined;
}

/** Reads the guard's record. One that cannot be read is no reason to show nothing at all: it is told beside the rest. */
export async function readGuardRecord({ client, names }: AwsSession): Promise<GuardReading> {
  try {
    const { Parameter } = await client(SSMClient).send(new GetParameterCommand({ Name: names.guardParameter }));
    return { record: Parameter?.Value ? parseGuardRecord(Parameter.Value) : undefined, fault: undefined };
  } catch (error) {
    if (error instanceof ParameterNotFound) return { record: undefined, fault: undefined };
    return { record: undefined, fault: reasonOf(asCommandError(error)) };
  }
}

/** Notes that the versions are back that the guard took out; the deployment of another split does so by itself. */
export async function forgetRemovals({ client, names }: AwsSession, record: GuardRecord): Promise<void> {
  const Value = JSON.stringify(emptyRecord(record.split));
  await client(SSMClient).send(new PutParameterCommand({ Name: names.guardParameter, Value, Overwrite: true }));
}
