import { CreateServiceLinkedRoleCommand, GetRoleCommand, IAMClient, NoSuchEntityException } from '@aws-sdk/client-iam';
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import { readCdkJson } from '../aws/cdk-json';
import type { AwsSession } from '../aws/session';
import { CommandError, ExitCode } from '../failure';
import { progress } from '../output';

/** What the CDK names its own things by, unless `cdk.json` names another. */
const defaultQualifier = 'hnb659fds';

/**
 * Checks that the account was set up for the CDK in this region.
 * @throws {CommandError} naming the command that does so
 */
export async function requireBootstrap({ client, directory, account, region }: AwsSession): Promise<void> {
  try {
    await client(SSMClient).send(new GetParameterCommand({ Name: `/cdk-bootstrap/${qualifier(directory)}/version` }));
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error;
    throw new CommandError(
      `Account ${account} is not set up for the CDK in ${region}; once, run: npx cdk bootstrap aws://${account}/${region}`,
      ExitCode.absent,
    );
  }
}

function qualifier(directory: string): string {
  const [, , { context = {} }] = readCdkJson(directory);
  return String(context['@aws-cdk/core:bootstrapQualifier'] ?? defaultQualifier);
}

/** ECS makes this role with the first cluster of an account, too late for the capacity provider of that very cluster. */
export async function ensureServiceLinkedRole({ client }: AwsSession): Promise<void> {
  try {
    await client(IAMClient).send(new GetRoleCommand({ RoleName: 'AWSServiceRoleForECS' }));
  } catch (error) {
    if (!(error instanceof NoSuchEntityException)) throw error;
    progress('Creating the service-linked role of Amazon ECS, which this account lacks');
    await createServiceLinkedRole(client(IAMClient));
  }
}

/** Somebody else may be faster. */
async function createServiceLinkedRole(iam: IAMClient): Promise<void> {
  try {
    await iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: 'ecs.amazonaws.com' }));
  } catch (error) {
    if (!/has been taken|already exists/.test((error as Error).message)) throw error;
  }
}
