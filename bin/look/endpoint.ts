import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { explainFailure, isRolledBack, requireWorkingStack } from '../aws/deployed';
import { type AwsSession, withSession } from '../aws/session';
import type { StackSummary } from '../aws/stacks';
import type { EndpointOptions, EndpointTarget } from '../commands/aws/endpoint';
import { CommandError, ExitCode } from '../failure';
import { print, printJson, progress } from '../output';

/** Prints the URL, or the key, and nothing else to standard output. */
export async function endpoint(target: EndpointTarget | undefined, options: EndpointOptions): Promise<void> {
  if (options.key && target === 'traffic') {
    throw new CommandError('--key: each version has keys of its own; name a version', ExitCode.usage);
  }
  if (options.key && target === 'events') {
    throw new CommandError('--key: the event server has access keys, one for each app: pio accesskey', ExitCode.usage);
  }
  await withSession(options, async (session) => {
    const stack = await requireWorkingStack(session, stackName(session, target));
    const url = stack.outputs.Endpoint;
    if (!url) {
      throw new CommandError(`${stack.name} has no output 'Endpoint'; run modelapp deploy again`, ExitCode.absent);
    }
    if (isRolledBack(stack.state)) {
      progress(`The last update failed, what stood before it answers: ${await explainFailure(session, stack)}`);
    }
    const { scope } = options;
    const key = options.key && (await readKeys(session, stack))[scope];
    if (options.json) printJson({ stack: stack.name, state: stack.state, url, ...(key && { scope, key }) });
    else print(key || url);
  });
}

const stackName = ({ names, version }: AwsSession, target: EndpointTarget = version): string =>
  target === 'traffic' ? names.trafficStack : names.serviceStack(target);

/** The keys that were generated for a version, by scope. */
async function readKeys(
  { client }: AwsSession,
  { name, outputs }: StackSummary,
): Promise<Record<'predict' | 'admin', string>> {
  const SecretId = outputs.ApiKeysSecret;
  if (!SecretId) {
    throw new CommandError(
      `${name} has no generated keys: auth in modelapp.config.ts names its credentials, or opens it`,
      ExitCode.absent,
    );
  }
  const { SecretString } = await client(SecretsManagerClient).send(new GetSecretValueCommand({ SecretId }));
  return JSON.parse(SecretString ?? '');
}
