import type { Names } from '../../config/names';
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
import { ecsRole, ensureServiceLinkedRoles, fleetRoles, requireBootstrap, type ServiceLinkedRole } from './account';
import { showCosts } from './deploy';
import { requireImageBuild } from './docker';
import { requireOwnConfiguration, SynthesizedStacks } from './synthesized-stacks';

/** What takes the code of the tree with each deployment, in a stack of its own. It belongs to no version. */
export type RollingName = 'events' | 'training';

export const isRolling = (name: string | undefined): name is RollingName => name === 'events' || name === 'training';

interface Rolling {
  /** In a sentence. */
  readonly title: string;
  readonly stack: (names: Names) => string;
  /** The output that tells where it is. */
  readonly output: string;
  /** Why it does not stand behind the entry that versions share. */
  readonly apart: string;
  /** Roles of AWS services that the account has to have. */
  readonly roles: readonly ServiceLinkedRole[];
}

const kinds: Readonly<Record<RollingName, Rolling>> = {
  events: {
    title: 'the event server',
    stack: (names) => names.eventsStack,
    output: 'Endpoint',
    apart: 'its own entry is all it has',
    roles: [ecsRole],
  },
  training: {
    title: 'what training jobs run on',
    stack: (names) => names.trainingStack,
    output: 'StateMachineArn',
    apart: 'it takes no requests',
    roles: [ecsRole, ...fleetRoles],
  },
};

/** A rolling stack as it was deployed. */
export interface DeployedRolling {
  readonly stack: string;
  /** Where it is: a URL, or an ARN. */
  readonly endpoint: string;
  /** Tag of its image. */
  readonly image: string;
}

/**
 * Deploys the event server, or what training jobs run on, with the code of the tree, and what all versions share. No
 * version is touched.
 * @throws {CommandError} if something bars it, before anything is changed; or naming what failed first
 */
export async function deployRolling(
  session: AwsSession,
  name: RollingName,
  options: DeployOptions,
): Promise<DeployedRolling> {
  const kind = kinds[name];
  if (options.traffic) {
    throw new CommandError(`--traffic: ${kind.title} is no version; ${kind.apart}`, ExitCode.usage);
  }
  requireOwnConfiguration(session, options);
  const { names, directory, region, account } = session;
  const stacks = await listStacks(session);
  const find = (wanted: string): DeploymentStack | undefined => stacks.find((each) => each.name === wanted);
  const stack = kind.stack(names);
  const [base, current, traffic] = [names.baseStack, stack, names.trafficStack].map(find);

  await requireBootstrap(session);
  for (const stack of [base, current]) await requireDeployable(session, stack);

  progress(`Building and synthesising ${kind.title} for ${region}, account ${account}`);
  // All that is live: the base stack gives each stack the outputs that it needs.
  const live = new Set([...readListedVersions(directory), ...stacks.flatMap(({ version }) => version ?? [])]);
  const context = { versions: [...live].join(','), traffic: String(traffic !== undefined), split: '', [name]: 'true' };
  const synthesized = await SynthesizedStacks.synthesize(session, context);
  const image = imageTagIn(synthesized.template(stack));
  if (!(await taggedImage(session, image))) await requireImageBuild(kind.title);

  const wanted = [names.baseStack, stack];
  showCosts(session, synthesized, wanted);
  if (!options.yes) await confirmAtTerminal(`Deploy ${wanted.join(', ')} to ${region}?`);

  await ensureServiceLinkedRoles(session, kind.roles);
  const isNew = !base || base.state === 'ROLLBACK_COMPLETE';
  // The CDK CLI deletes what is left of a failed creation, which its protection would bar.
  if (base && isNew) await liftProtection(session, base);
  // The CDK CLI publishes all images before it deploys: the repository has to be there first.
  if (isNew) await synthesized.deploy(names.baseStack);
  await synthesized.deploy(...wanted);
  // Without it the CDK CLI, run by hand, would find no stack of that name.
  writeContextValue(directory, `modelapp:${name}`, true);
  return { stack, endpoint: await readOutput(session, stack, kind.output), image };
}

/** The tag that the stack's release gives the image. */
const imageTagIn = ({ Resources = {} }: Template): string =>
  String(Object.values(Resources).find(({ Type }) => Type === 'Custom::ModelAppRelease')?.Properties?.Tag);

async function readOutput(session: AwsSession, stack: string, output: string): Promise<string> {
  const value = (await listStacks(session)).find(({ name }) => name === stack)?.outputs[output];
  if (!value) throw new CommandError(`${stack} has no output ${output}; look at it in the console of CloudFormation`);
  return value;
}
