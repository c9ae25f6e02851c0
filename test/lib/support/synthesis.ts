import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, type AppProps, type Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import cdkJson from '../../../cdk.json';
import type { FunctionName } from '../../../config/names';
import { resolveConfig } from '../../../config/resolve';
import type { ConfigInput } from '../../../config/schema';
import { parseSplit } from '../../../config/split';
import { parseVersion } from '../../../config/version';
import { refuseFindings } from '../../../lib/findings';
import { createStacks, type Stacks } from '../../../lib/stacks';
import { runFolder } from '../../support/test-run';

export interface SynthesisOptions {
  readonly version?: string;
  readonly otherVersions?: readonly string[];
  /** Whether there is an event server. */
  readonly events?: boolean;
  /** Whether there is what training jobs run on. */
  readonly training?: boolean;
  /** Whether versions share an entry; a split implies it. */
  readonly traffic?: boolean;
  /** As the command line takes it: `1.1.0:90,1.2.0:10`. */
  readonly split?: string;
  readonly archive?: boolean;
  /** Sections of the configuration that differ from the defaults. */
  readonly config?: Omit<ConfigInput, 'models'>;
  /** Text of the image's Dockerfile: another one is other code. */
  readonly dockerfile?: string;
  readonly app?: AppProps;
}

/** A resource as a template holds it. */
export type CfnTemplateResource = ReturnType<Template['findResources']>[string];

export interface Synthesis {
  readonly app: App;
  readonly stacks: Stacks;
  /** @throws {Error} if there is no such stack */
  template(stack: string): Template;
  /** Warnings of a stack. */
  warnings(stack: string): readonly string[];
}

const models: ConfigInput['models'] = {
  iris: {
    algorithm: 'softmax',
    source: { csv: 'iris.csv' },
    target: 'species',
    mapping: [{ name: 'petal_length', type: 'float' }],
  },
};

/** An account and region, as a user may configure them. */
export const environment = { account: '111111111111', region: 'eu-central-1' };

/** The app with the context of `cdk.json`, not yet synthesised. */
export function createApp(options: SynthesisOptions = {}): { app: App; stacks: Stacks } {
  const { version = '1.2.0', otherVersions = [], archive = true, config = {}, dockerfile = 'FROM scratch' } = options;
  const { events = false, training = false, split, traffic = split !== undefined } = options;
  const app = new App({ builtinCloudFormationValidation: false, ...options.app, context: cdkJson.context });
  const stacks = createStacks(app, resolveConfig({ models, ...config }), {
    version: parseVersion(version),
    otherVersions: otherVersions.map(parseVersion),
    archive,
    events,
    training,
    traffic,
    ...(split && { split: parseSplit(split) }),
    buildDirectory: buildDirectory(dockerfile),
  });
  refuseFindings(app);
  return { app, stacks };
}

/** @throws {Error} with the report, if a finding is not acknowledged */
export function synthesize(options: SynthesisOptions = {}): Synthesis {
  const { app, stacks } = createApp(options);
  quietly(() => app.synth());
  const find = (name: string): Stack => {
    const stack = stacks[name];
    if (!stack) throw new Error(`${name} is not among ${Object.keys(stacks).join(', ')}`);
    return stack;
  };
  return {
    app,
    stacks,
    template: (name) => Template.fromStack(find(name)),
    warnings: (name) =>
      quietly(() => Annotations.fromStack(find(name)))
        .findWarning('*', Match.anyValue())
        .map(({ entry }) => String(entry.data)),
  };
}

/** The one resource of a type that a template has. */
export function onlyResource(template: Template, type: string): CfnTemplateResource & { readonly id: string } {
  const found = Object.entries(template.findResources(type));
  expect(found).toHaveLength(1);
  const [id, resource] = found[0]!;
  return { ...(resource as CfnTemplateResource), id };
}

const functions: readonly FunctionName[] = [
  'database',
  'database-inside',
  'tables',
  'release',
  'rollout-guard',
  'job-step',
  'budget-guard',
  'empty-fleet',
];

/** What the build makes, as far as synthesis looks at it. */
export function buildDirectory(dockerfile: string): string {
  const directory = mkdtempSync(join(runFolder(), 'build-'));
  mkdirSync(join(directory, 'image'));
  writeFileSync(join(directory, 'image', 'Dockerfile'), dockerfile);
  for (const name of functions) {
    mkdirSync(join(directory, 'lambda', name, 'migrations'), { recursive: true });
    writeFileSync(join(directory, 'lambda', name, 'index.js'), '');
  }
  return directory;
}

/** Synthesis prints its warnings, which tests read elsewhere. */
function quietly<T>(work: () => T): T {
  const error = jest.spyOn(console, 'error').mockImplementation(() => {});
  try {
    return work();
  } finally {
    error.mockRestore();
  }
}
