import { join } from 'node:path';
import { Annotations, type App, type Environment, FileSystem, type Stack, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { Names } from '../config/names';
import type { Config } from '../config/schema';
import type { Version } from '../config/version';
import { BaseStack } from './base';
import type { Release } from './release';
import { VersionStack } from './version';

/** The stacks of a deployment, by name. */
export type Stacks = Readonly<Record<string, Stack>>;

/**
 * All stacks of a deployment: what the versions share, the released version, and the other live ones. A finding of cdk-nag
 * that nobody has acknowledged fails the synthesis.
 */
export function createStacks(app: App, config: Config, release: Release): Stacks {
  const names = new Names(config.aws.prefix);
  const env = environment(config);
  const image = join(release.buildDirectory, 'image');
  const stacks: Record<string, Stack> = {};
  const add = (stack: Stack) => {
    Tags.of(stack).add('modelapp:stack', stack.stackName);
    stacks[stack.stackName] = stack;
  };

  const base = new BaseStack(app, names.baseStack, {
    env,
    names,
    config,
    bundles: join(release.buildDirectory, 'lambda'),
    description: 'modelapp: what all model versions share',
  });
  add(base);
  for (const version of [release.version, ...release.otherVersions]) {
    const stack = new VersionStack(app, names.versionStack(version), {
      env,
      names,
      config,
      version,
      base,
      archive: release.archive,
      description: `modelapp: model version ${version}`,
      ...(version === release.version && { image: { directory: image, sourceHash: FileSystem.fingerprint(image) } }),
    });
    Tags.of(stack).add('modelapp:version', version);
    add(stack);
  }
  if (config.auth.admin === 'public') warnOfPublicAdmin(stacks, names, release.version);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
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
