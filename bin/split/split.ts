import { setTimeout as sleep } from 'node:timers/promises';
import { formatSplit, type Split } from '../../config/split';
import type { Version } from '../../config/version';
import { deleteStack, liftProtection } from '../aws/delete-stack';
import { inProgress, requireDeployable, requireWorkingStack } from '../aws/deployed';
import { readListedVersions } from '../aws/listed-versions';
import type { AwsOptions } from '../aws/options';
import type { AwsSession } from '../aws/session';
import { findStack, listStacks, mayBeDeleted, type StackSummary } from '../aws/stacks';
import { requireOwnConfiguration, SynthesizedStacks } from '../deploy/synthesized-stacks';
import { CommandError, ExitCode } from '../failure';
import { progress } from '../output';
import { readDeployedSplit } from './deployed-split';
import { forgetRemovals, readGuardRecord } from './guard-parameter';
import { readLiveWeights, restoreLiveRule } from './live-rule';
import { hasDrifted, type SplitState } from './split-state';

/**
 * How traffic is split at this moment.
 * @throws {CommandError} if there is no shared entry
 */
export async function readSplit(session: AwsSession): Promise<SplitState> {
  const traffic = await requireTraffic(session);
  const deployed = await readDeployedSplit(session);
  const [live, guard] = await Promise.all([deployed && readLiveWeights(session, deployed), readGuardRecord(session)]);
  return { endpoint: traffic.outputs.Endpoint, deployed: deployed?.weights, live, guard };
}

/**
 * Splits traffic as told: deploys the split, and nothing else, and makes sure that the load balancer follows it, also where
 * the rollout guard or a person has changed its rule.
 * @throws {CommandError} naming the version that cannot take traffic
 */
export async function changeSplit(session: AwsSession, options: AwsOptions, split: Split): Promise<SplitState> {
  requireOwnConfiguration(session, options);
  await requireTraffic(session);
  for (const { version } of split) await requireShared(session, version);
  const stacks = await listStacks(session);
  await requireDeployable(
    session,
    stacks.find(({ name }) => name === session.names.splitStack),
  );

  progress(`Splitting traffic: ${formatSplit(split)}`);
  const versions = [...readListedVersions(session.directory), ...stacks.flatMap(({ version }) => version ?? [])];
  const context = { versions: [...new Set(versions)].join(','), traffic: 'true', split: formatSplit(split) };
  const synthesized = await SynthesizedStacks.synthesize(session, context);
  await synthesized.deploy(session.names.splitStack);
  return makeLive(session);
}

/**
 * Removes the split, so that the shared entry answers only requests that name their version.
 * @returns whether there was one
 */
export async function removeSplit(session: AwsSession): Promise<boolean> {
  const stack = await findStack(session, session.names.splitStack);
  if (stack) {
    if (!mayBeDeleted(stack.state)) throw new CommandError(inProgress(stack, undefined), ExitCode.refused);
    progress(`Deleting ${stack.name}`);
    await liftProtection(session, stack);
    await deleteStack(session, stack);
  }
  return stack !== undefined;
}

/** CloudFormation does not see what others did to the rule, and changes nothing if the split is the one of before. */
async function makeLive(session: AwsSession): Promise<SplitState> {
  for (let look = 1; ; look++) {
    const state = await readSplit(session);
    if (!hasDrifted(state) && !state.guard.record?.removals.length) return state;
    const deployed = await readDeployedSplit(session);
    if (!deployed || look === 5) {
      throw new CommandError('the load balancer does not split traffic as it was deployed; look at it: modelapp split');
    }
    progress('Correcting the rule of the load balancer, which was changed since it was deployed');
    await restoreLiveRule(session, deployed);
    if (state.guard.record) await forgetRemovals(session, state.guard.record);
    await sleep(1_000);
  }
}

async function requireTraffic(session: AwsSession): Promise<StackSummary> {
  const { names, region } = session;
  const traffic = await findStack(session, names.trafficStack);
  if (!traffic?.outputs.Endpoint) {
    throw new CommandError(
      `${names.trafficStack} is not deployed in ${region}; next: modelapp deploy --traffic`,
      ExitCode.absent,
    );
  }
  return traffic;
}

/** Only a version that was deployed with the shared entry has a group behind it. */
async function requireShared(session: AwsSession, version: Version): Promise<void> {
  const { names } = session;
  const { name, outputs } = await requireWorkingStack(session, names.versionStack(version));
  if (!Object.keys(outputs).some((key) => /^ExportsOutput\w*Shared/.test(key))) {
    throw new CommandError(
      `${name} is not behind ${names.trafficStack}; next: modelapp deploy ${version} --traffic`,
      ExitCode.absent,
    );
  }
}
