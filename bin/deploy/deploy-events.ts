import type { Template } from '../../lib/cost/template';
import { writeContextValue } from '../aws/cdk-json';
import { liftProtection } from '../aws/delete-stack';
import { requireDeployable } from '../aws/deployed';
import { taggedImage } from '../aws/image-tag';
import { readListedVersions } from '../aws/listed-versions';
import type { AwsSession } from '../aws/session';
import { type DeploymentStack, listStacks } from '../aws/stacks';
import type { DeployOptions } from '../commands/aws/deploy';
import { confirmAtTerminal } from '../confirmation';
import { CommandError, ExitCode } from '../failure';
import { progress } from '../output';
import { ensureServiceLinkedRole, requireBootstrap } from './account';
import { showCosts } from './deploy';
import { requireDocker } from './docker';
import { requireOwnConfiguration, SynthesizedStacks } from './synthesized-stacks';

/** The event server as it was deployed. */
export interface DeployedEvents {
  readonly stack: string;
  /** URL of its load balancer. */
  readonly endpoint: string;
  /** Tag of its image. */
  readonly image: string;
}

/**
 * Deploys the event server with the code of the tree, and what all versions share. No version is touched.
 * @throws {CommandError} if something bars it, before anything is changed; or naming what failed first
 */
export async function deployEvents(session: AwsSession, options: DeployOptions): Promise<DeployedEvents> {
  if (options.traffic) {
    throw new CommandError('--traffic: the event server is no version; its own entry is all it has', ExitCode.usage);
  }
  requireOwnConfiguration(session, options);
  const { names, directory, region, account } = session;
  const stacks = await listStacks(session);
  const find = (name: string): DeploymentStack | undefined => stacks.find((stack) => stack.name === name);
  const [base, current, traffic] = [names.baseStack, names.eventsStack, names.trafficStack].map(find);

  await requireBootstrap(session);
  for (const stack of [base, current]) await requireDeployable(session, stack);

  progress(`Building and synthesising the event server for ${region}, account ${account}`);
  // All that is live: the base stack gives each stack the outputs that it needs.
  const live = new Set([...readListedVersions(directory), ...stacks.flatMap((stack) => stack.version ?? [])]);
  const context = { versions: [...live].join(','), traffic: String(traffic !== undefined), split: '', events: 'true' };
  const synthesized = await SynthesizedStacks.synthesize(session, context);
  const image = imageTagIn(synthesized.template(names.eventsStack));
  if (!(await taggedImage(session, image))) await requireDocker('the event server');

  const wanted = [names.baseStack, names.eventsStack];
  showCosts(session, synthesized, wanted);
  if (!options.yes) await confirmAtTerminal(`Deploy ${wanted.join(', ')} to ${region}?`);

  await ensureServiceLinkedRole(session);
  const isNew = !base || base.state === 'ROLLBACK_COMPLETE';
  // The CDK CLI deletes what is left of a failed creation, which its protection would bar.
  if (base && isNew) await liftProtection(session, base);
  // The CDK CLI publishes all images before it deploys: the repository has to be there first.
  if (isNew) await synthesized.deploy(names.baseStack);
  await synthesized.deploy(...wanted);
  // Without it the CDK CLI, run by hand, would find no stack of that name.
  writeContextValue(directory, 'modelapp:events', true);
  return { stack: names.eventsStack, endpoint: await readEndpoint(session), image };
}

/** The tag that the stack's release gives the image. */
const imageTagIn = ({ Resources = {} }: Template): string =>
  String(Object.values(Resources).find(({ Type }) => Type === 'Custom::ModelAppRelease')?.Properties?.Tag);

async function readEndpoint(session: AwsSession): Promise<string> {
  const { eventsStack } = session.names;
  const endpoint = (await listStacks(session)).find(({ name }) => name === eventsStack)?.outputs.Endpoint;
  if (!endpoint) throw new CommandError(`${eventsStack} has no output Endpoint; look at it: modelapp status events`);
  return endpoint;
}
