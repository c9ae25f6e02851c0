import { join } from 'node:path';
import { Annotations, type App, type Environment, FileSystem, type Stack, Tags } from 'aws-cdk-lib';
import { Names } from '../config/names';
import type { Config } from '../config/schema';
import type { Version } from '../config/version';
import { BaseStack } from './base';
import { refuseEqualPriorities } from './constructs/version-rule';
import { EventsStack } from './events';
import type { Release } from './release';
import { SplitStack } from './split';
import { TrafficStack } from './traffic';
import { TrainingStack } from './training';
import { VersionStack } from './version';

/** The stacks of a deployment, by name. */
export type Stacks = Readonly<Record<string, Stack>>;

/**
 * All stacks of a deployment: what the versions share, the event server, the machines of training and the entry that they share if there
 * are any, the released version, the other live ones, and at last the split of the traffic between them.
 * @throws {Error} naming two versions that cannot be live together behind the shared entry
 */
export function createStacks(app: App, config: Config, release: Release): Stacks {
  const names = new Names(config.aws.prefix);
  const env = environment(config);
  const stacks: Record<string, Stack> = {};
  const add = <T extends Stack>(stack: T): T => {
    tag(stack, 'modelapp:stack', stack.stackName);
    stacks[stack.stackName] = stack;
    return stack;
  };

  const bundles = join(release.buildDirectory, 'lambda');
  const description = 'modelapp: what all model versions share';
  const base = add(new BaseStack(app, names.baseStack, { env, names, config, bundles, description }));

  const directory = join(release.buildDirectory, 'image');
  const image = { directory, sourceHash: FileSystem.fingerprint(directory) };
  if (release.events) {
    const description = 'modelapp: the event server';
    add(new EventsStack(app, names.eventsStack, { env, names, config, base, image, description }));
  }
  if (release.training) {
    const description = 'modelapp: training jobs';
    const { version } = release;
    add(
      new TrainingStack(app, names.trainingStack, { env, names, config, bundles, base, image, version, description }),
    );
  }

  const live = [release.version, ...release.otherVersions];
  let traffic: TrafficStack | undefined;
  if (release.traffic) {
    refuseEqualPriorities(live);
    const description = 'modelapp: the entry that model versions share';
    traffic = add(new TrafficStack(app, names.trafficStack, { env, config, base, description }));
  }

  const versions = new Map<Version, VersionStack>();
  for (const version of live) {
    const stack = new VersionStack(app, names.versionStack(version), {
      env,
      names,
      config,
      version,
      base,
      traffic,
      archive: release.archive,
      description: `modelapp: model version ${version}`,
      ...(version === release.version && { image }),
    });
    tag(stack, 'modelapp:version', version);
    versions.set(version, add(stack));
  }

  if (traffic && release.split) {
    const description = 'modelapp: how traffic is split between model versions';
    const { split } = release;
    const { notices } = base;
    add(
      new SplitStack(app, names.splitStack, {
        env,
        names,
        config,
        bundles,
        notices,
        traffic,
        split,
        versions,
        description,
      }),
    );
  }
  if (config.auth.admin === 'public') warnOfPublicAdmin(stacks, names, release.version);
  return stacks;
}

/** Account and region of the configuration, else of the credentials; neither is needed to synthesise. */
function environment({ aws }: Config): Environment {
  const account = aws.account ?? process.env.CDK_DEFAULT_ACCOUNT;
  const region = aws.region ?? process.env.CDK_DEFAULT_REGION;
  return { ...(account && { account }), ...(region && { region }) };
}

const warnOfPublicAdmin = (stacks: Stacks, names: Names, version: Version): void =>
  Annotations.of(stacks[names.versionStack(version)]!).addWarningV2(
    'modelapp:public-admin',
    "auth.admin is 'public': anyone can train, activate and delete models; set it to 'required'.",
  );

/** Tags a stack and what is in it. By a feature flag of `cdk.json` the latter alone would leave the stack without. */
function tag(stack: Stack, key: string, value: string): void {
  stack.addStackTag(key, value);
  Tags.of(stack).add(key, value);
}
