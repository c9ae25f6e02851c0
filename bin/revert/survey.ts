import { CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import type { Split } from '../../config/split';
import type { Version } from '../../config/version';
import type { AwsSession } from '../aws/session';
import { describeFailure, firstFailure } from '../aws/stack-events';
import { isFailed, listStacks, type StackSummary } from '../aws/stacks';
import { readDeployedSplit } from '../split/deployed-split';
import { taggedResources } from './tagged-resources';
import { readVersionState, type VersionState } from './version-state';

/** All that a revert has to know before it starts. */
export interface Survey extends VersionState {
  /** Resources that bear the tags of the version, in its stack or not. */
  readonly tagged: readonly string[];
  /** Whether its stack was deployed to archive the tables. */
  readonly archives: boolean;
  /** Why the last operation on its stack failed. */
  readonly failure: string | undefined;
  /** How traffic is split, if it is. */
  readonly split: Split | undefined;
  /** The other versions, before anything happens. */
  readonly others: readonly VersionState[];
  /** The bucket of archives; undefined where nothing was deployed yet. */
  readonly bucket: string | undefined;
}

export async function surveyVersion(session: AwsSession, version: Version): Promise<Survey> {
  const stacks = await listStacks(session);
  const versions = stacks.flatMap((stack) => stack.version ?? []);
  const [state, tagged, split, ...others] = await Promise.all([
    readVersionState(session, version),
    taggedResources(session, version),
    readDeployedSplit(session),
    ...versions.filter((other) => other !== version).map((other) => readVersionState(session, other)),
  ]);
  const { stack } = state;
  return {
    ...state,
    tagged,
    archives: stack ? await wasDeployedToArchive(session, stack) : true,
    failure: stack && isFailed(stack.state) ? await reasonOfFailure(session, stack) : undefined,
    split: split?.weights,
    others,
    bucket: stacks.find(({ name }) => name === session.names.baseStack)?.outputs.ArtifactsName,
  };
}

async function reasonOfFailure(session: AwsSession, stack: StackSummary): Promise<string | undefined> {
  const failure = await firstFailure(session, stack);
  return failure ? describeFailure(failure) : stack.reason;
}

interface Template {
  readonly Resources?: Readonly<Record<string, { readonly Type: string; readonly Properties?: { Archive?: unknown } }>>;
}

/** CloudFormation deletes with the properties that it knows, whatever the tree says by now. */
async function wasDeployedToArchive({ client }: AwsSession, { id }: StackSummary): Promise<boolean> {
  const { TemplateBody = '{}' } = await client(CloudFormationClient).send(new GetTemplateCommand({ StackName: id }));
  const { Resources = {} } = JSON.parse(TemplateBody) as Template;
  const tables = Object.values(Resources).find(({ Type }) => Type === 'Custom::ModelAppTables');
  return String(tables?.Properties?.Archive ?? true) !== 'false';
}
