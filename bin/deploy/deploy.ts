import type { Version } from '../../config/version';
import { estimateCost } from '../../lib/cost/estimate';
import { priceList, UnknownRegionError } from '../../lib/cost/prices';
import { liftProtection } from '../aws/delete-stack';
import { requireDeployable } from '../aws/deployed';
import { readListedVersions, writeListedVersions } from '../aws/listed-versions';
import type { AwsSession } from '../aws/session';
import { listSharedEntry, listsSharedEntry } from '../aws/shared-entry';
import { type DeploymentStack, listStacks } from '../aws/stacks';
import type { DeployOptions } from '../commands/aws/deploy';
import { confirmAtTerminal } from '../confirmation';
import { ageWarning, shortReport } from '../cost/report';
import { CommandError } from '../failure';
import { progress } from '../output';
import { ecsRole, ensureServiceLinkedRoles, requireBootstrap } from './account';
import { requireImageBuild } from './docker';
import { isReleased, requireCleanRelease, requireSameCode } from './release-check';
import { requireOwnConfiguration, SynthesizedStacks } from './synthesized-stacks';

/** What was deployed. */
export interface Deployed {
  readonly version: Version;
  readonly stack: string;
  /** URL of the version's own load balancer. */
  readonly endpoint: string;
  /** URL of the entry that versions share, if there is one. */
  readonly sharedEndpoint: string | undefined;
}

/**
 * Deploys a version, and what it needs that is not there yet.
 * @throws {CommandError} if something bars it, before anything is changed; or naming what failed first
 */
export async function deploy(session: AwsSession, version: Version, options: DeployOptions): Promise<Deployed> {
  requireOwnConfiguration(session, options);
  const { names, directory } = session;
  const listed = readListedVersions(directory);
  const stacks = await listStacks(session);
  const find = (name: string): DeploymentStack | undefined => stacks.find((stack) => stack.name === name);
  const [base, traffic, current] = [names.baseStack, names.trafficStack, names.versionStack(version)].map(find);
  const shares = options.traffic || traffic !== undefined || listsSharedEntry(directory);

  await requireBootstrap(session);
  for (const stack of [base, traffic, current]) await requireDeployable(session, stack);
  const imageIsThere = await requireCleanRelease(session, version, current);
  if (!imageIsThere && version === session.version) await requireImageBuild(version);

  progress(`Building and synthesising ${version} for ${session.region}, account ${session.account}`);
  const live = new Set([...listed, ...stacks.flatMap((stack) => stack.version ?? []), version]);
  const context = { versions: [...live].join(','), traffic: String(shares) };
  const synthesized = await SynthesizedStacks.synthesize(session, context);
  const versionStack = names.versionStack(version);
  if (isReleased(current)) await requireSameCode(session, version, current, synthesized.template(versionStack));

  const wanted = [names.baseStack, ...(shares ? [names.trafficStack] : []), versionStack];
  showCosts(session, synthesized, wanted);
  if (!options.yes) await confirmAtTerminal(`Deploy ${wanted.join(', ')} to ${session.region}?`);

  await ensureServiceLinkedRoles(session, [ecsRole]);
  for (const stack of [base, traffic]) {
    // The CDK CLI deletes what is left of a failed creation, which its protection would bar.
    if (stack?.state === 'ROLLBACK_COMPLETE') await liftProtection(session, stack);
  }
  // The CDK CLI publishes all images before it deploys: the repository has to be there first.
  if (!base || base.state === 'ROLLBACK_COMPLETE') await synthesized.deploy(names.baseStack);
  await synthesized.deploy(...wanted);
  writeListedVersions(directory, [...readListedVersions(directory), version]);
  if (shares) listSharedEntry(directory);
  return describeDeployed(session, version);
}

/** Says what the stacks that are to be deployed cost. */
export function showCosts({ region }: AwsSession, synthesized: SynthesizedStacks, stackNames: readonly string[]): void {
  const templates = Object.fromEntries(stackNames.map((name) => [name, synthesized.template(name)]));
  try {
    const warning = ageWarning(priceList, new Date());
    if (warning) progress(`warning: ${warning}`);
    progress(shortReport(estimateCost(templates, priceList, region)));
  } catch (error) {
    if (!(error instanceof UnknownRegionError)) throw error;
    progress(`No cost estimate: ${error.message}`);
  }
}

async function describeDeployed(session: AwsSession, version: Version): Promise<Deployed> {
  const { names } = session;
  const stacks = await listStacks(session);
  const outputs = (name: string) => stacks.find((stack) => stack.name === name)?.outputs;
  const stack = names.versionStack(version);
  const endpoint = outputs(stack)?.Endpoint;
  if (!endpoint) throw new CommandError(`${stack} has no output Endpoint; look at it: modelapp versions`);
  return { version, stack, endpoint, sharedEndpoint: outputs(names.trafficStack)?.Endpoint };
}
