import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { customResource } from '../custom-resource';
import type { MasterLogin } from './master-login';

const secrets = new SecretsManagerClient();
const functions = new LambdaClient();

/** Outside the VPC: reads the master secret, which the VPC has no route to, and hands it on. Deletion keeps everything. */
export const handler = customResource(async (event) => {
  if (event.RequestType !== 'Delete') await prepare(await masterLogin(event.ResourceProperties.MasterSecret));
  return { physicalResourceId: 'database' };
});

async function masterLogin(secret: string): Promise<MasterLogin> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secret }));
  const { username, password } = JSON.parse(SecretString ?? '{}') as { username: string; password: string };
  return { user: username, password };
}

async function prepare(login: MasterLogin): Promise<void> {
  const { FunctionError, Payload } = await functions.send(
    new InvokeCommand({ FunctionName: process.env.INSIDE_FUNCTION, Payload: JSON.stringify(login) }),
  );
  if (!FunctionError) return;
  const { errorMessage } = JSON.parse(Payload?.transformToString() ?? '{}') as { errorMessage?: string };
  throw new Error(errorMessage ?? FunctionError);
}
