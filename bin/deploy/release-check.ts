import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import type { Version } from '../../config/version';
import { neverReleased, releasedFromOtherCode } from '../../lambda/release/refusals';
import { released } from '../../lambda/release/source-hash';
import type { Template } from '../../lib/cost/template';
import { taggedImage } from '../aws/image-tag';
import type { AwsSession } from '../aws/session';
import type { StackSummary } from '../aws/stacks';
import { CommandError, ExitCode } from '../failure';

const guard = 'Custom::ModelAppRelease';

/** Whether the stack is there and released something, rather than failed to. */
export const isReleased = (stack: StackSummary | undefined): stack is StackSummary =>
  stack !== undefined && stack.state !== 'ROLLBACK_COMPLETE' && stack.state !== 'REVIEW_IN_PROGRESS';

/**
 * Checks what is there under the version before anything is built.
 * @returns whether its image is there already
 * @throws {CommandError} if only an image is there, which the release guard would not take for certain
 */
export async function requireCleanRelease(
  session: AwsSession,
  version: Version,
  stack: StackSummary | undefined,
): Promise<boolean> {
  const image = await taggedImage(session, version);
  if (image && !isReleased(stack)) {
    throw new CommandError(
      `the image ${session.names.application}:${version} was left by a failed deploy: modelapp revert ${version}`,
      ExitCode.refused,
    );
  }
  if (version !== session.version && !isReleased(stack))
    throw new CommandError(neverReleased(version), ExitCode.refused);
  return image !== undefined;
}

/**
 * Checks that the version was not released from other code; CloudFormation would find out after some minutes only.
 * @param template of the version's stack, which holds the hash of the code to be deployed
 */
export async function requireSameCode(
  { client }: AwsSession,
  version: Version,
  stack: StackSummary,
  template: Template,
): Promise<void> {
  const resource = Object.values(template.Resources ?? {}).find(({ Type }) => Type === guard);
  const wanted = resource?.Properties?.SourceHash;
  if (wanted === released) return;
  const { StackResources = [] } = await client(CloudFormationClient).send(
    new DescribeStackResourcesCommand({ StackName: stack.id }),
  );
  const id = StackResources.find(({ ResourceType }) => ResourceType === guard)?.PhysicalResourceId;
  // The id is release:<version>:<hash>.
  const hash = id?.split(':')[2];
  if (hash && hash !== wanted) throw new CommandError(releasedFromOtherCode(version), ExitCode.refused);
}
