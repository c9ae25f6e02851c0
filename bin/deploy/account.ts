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

/** The role that an AWS service has in each account that uses it. */
export interface ServiceLinkedRole {
  readonly name: string;
  /** Who takes it on. */
  readonly service: string;
  /** In a sentence. */
  readonly title: string;
}

/** ECS makes this role with the first cluster of an account, too late for the capacity provider of that very cluster. */
export const ecsRole: ServiceLinkedRole = {
  name: 'AWSServiceRoleForECS',
  service: 'ecs.amazonaws.com',
  title: 'Amazon ECS',
};

/** EC2 makes these with what somebody starts in its console first, and not with what a stack does. */
export const fleetRoles: readonly ServiceLinkedRole[] = [
  { name: 'AWSServiceRoleForEC2Fleet', service: 'ec2fleet.amazonaws.com', title: 'EC2 Fleet' },
  { name: 'AWSServiceRoleForEC2Spot', service: 'spot.amazonaws.com', title: 'EC2 Spot' },
];

/** Makes roles of AWS services that the account does not have yet. */
export async function ensureServiceLinkedRoles(
  { client }: AwsSession,
  roles: readonly ServiceLinkedRole[],
): Promise<void> {
  const iam = client(IAMClient);
  for (const { name, service, title } of roles) {
    try {
      await iam.send(new GetRoleCommand({ RoleName: name }));
    } catch (error) {
      if (!(error instanceof NoSuchEntityException)) throw error;
      progress(`Creating the service-linked role of ${title}, which this account lacks`);
      await createServiceLinkedRole(iam, service);
    }
  }
}

/** Somebody else may be faster. */
async function createServiceLinkedRole(iam: IAMClient, service: string): Promise<void> {
  try {
    await iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: service }));
  } catch (error) {
    if (!/has been taken|already exists/.test((error as Error).message)) throw error;
  }
}
