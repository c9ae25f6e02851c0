import { InvokeCommand, LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda';
import type { Version } from '../../config/version';
import type { DirectCall, Inspection } from '../../lambda/tables/direct-call';
import { CommandError } from '../failure';
import type { AwsSession } from './session';

/** What a version has in a database where it has nothing. */
const nothing: Inspection = { role: false, sessions: 0, rows: {}, archives: [] };

/**
 * What a version has in the database; nothing, where no deployment has a database yet.
 * @throws {CommandError} with the reason of the function that looks
 */
export const inspectTables = (session: AwsSession, version: Version): Promise<Inspection> =>
  call(session, { action: 'inspect', version });

/**
 * Archives and drops what a version has in the database, where no stack does it.
 * @param id the folder of the archive below `archives/<version>/`; undefined if the rows are not to be kept
 * @returns what is left
 * @throws {CommandError} with the reason of the function; `run it again` if its time was too short
 */
export const dropTables = (session: AwsSession, version: Version, id: string | undefined): Promise<Inspection> =>
  call(session, { action: 'drop', version, ...(id && { id }) });

async function call({ client, names }: AwsSession, request: DirectCall): Promise<Inspection> {
  const FunctionName = names.function('tables');
  try {
    const { FunctionError, Payload } = await client(LambdaClient).send(
      new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) }),
    );
    const answer = JSON.parse(Payload?.transformToString() || '{}') as Inspection & { errorMessage?: string };
    if (FunctionError) throw new CommandError(`${FunctionName}: ${answer.errorMessage ?? FunctionError}`);
    return answer;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return nothing;
    throw error;
  }
}
